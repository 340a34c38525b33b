import JobManagement
import WebSockets

/// Decides which frames are followed until they are acknowledged: one at a time, of any connection.
struct AcknowledgementSampler {
    /// At the most so often; nobody notices so few, however many connections there are.
    private static let interval = Duration.milliseconds(250)

    private var isFollowing = false
    private var earliest: ContinuousClock.Instant?
    /// How many frames are let pass first, for otherwise it would be the same connection each time.
    private var remaining = 0

    /// Whether this frame is to be followed.
    mutating func takes(at now: ContinuousClock.Instant, connections: Int) -> Bool {
        guard !isFollowing, earliest.map({ $0 <= now }) ?? true else { return false }
        guard remaining == 0 else {
            remaining -= 1
            return false
        }
        remaining = .random(in: 0..<max(1, connections))
        earliest = now + Self.interval
        return true
    }

    mutating func begin() { isFollowing = true }

    mutating func end() { isFollowing = false }
}

extension FrontEnd {
    /// How long a frame is followed.
    private static let patience = Duration.seconds(20)

    /// The socket has taken a frame whose oldest change was committed at that moment.
    func wasWritten(_ committed: ContinuousClock.Instant, to connection: ClientConnection) {
        let now = clock.now
        statistics.writtenTimes.observe(now - committed)
        guard acknowledgements.takes(at: now, connections: connections.count),
            let mark = server.mark(connection.id)
        else { return }
        acknowledgements.begin()
        Task {
            await follow(mark, since: committed)
            acknowledgements.end()
        }
    }

    /// Asks for the acknowledgement, which nobody tells of, again and again, and ever more seldom.
    ///
    /// So what is measured is at most a quarter more than it was.
    private func follow(_ mark: AcknowledgementMark, since committed: ContinuousClock.Instant) async
    {
        var pause = Duration.microseconds(200)
        while let isAcknowledged = server.hasAcknowledged(mark) {
            let time = clock.now - committed
            // Who has not acknowledged it by then is counted as one who takes longer than every bound.
            if isAcknowledged || time > Self.patience {
                statistics.acknowledgedTimes.observe(time)
                return
            }
            do { try await Task.sleep(for: pause, clock: clock) } catch { return }
            pause = max(pause, time / 4)
        }
    }
}
