import JobManagement
import WebSockets

/// Decides which frames are followed until they are acknowledged: one at a time, of any connection.
struct AcknowledgementSampler {
    /// A frame that is followed.
    struct Followed {
        let mark: AcknowledgementMark
        /// When the oldest change in it was committed.
        let committed: ContinuousClock.Instant
        /// When to ask for the acknowledgement next.
        var due: ContinuousClock.Instant
    }

    /// At the most so often; nobody notices so few, however many connections there are.
    private static let interval = Duration.milliseconds(250)

    var followed: Followed?
    /// Whether somebody asks while nothing is written.
    var isWatched = false
    private var earliest: ContinuousClock.Instant?
    /// How many frames are let pass first, for otherwise it would be the same connection each time.
    private var remaining = 0

    /// Which of some frames is to be followed, if one of them is.
    mutating func pick(
        of frames: Int,
        at now: ContinuousClock.Instant,
        connections: Int
    ) -> Int? {
        guard earliest.map({ $0 <= now }) ?? true else { return nil }
        guard remaining < frames else {
            remaining -= frames
            return nil
        }
        defer {
            remaining = .random(in: 0..<max(1, connections))
            earliest = now + Self.interval
        }
        return remaining
    }
}

extension FrontEnd {
    /// How long a frame is followed.
    private static let patience = Duration.seconds(20)
    /// The least time from asking for an acknowledgement to asking again.
    private static let shortestPause = Duration.microseconds(200)

    /// Sockets have taken a frame whose oldest change was committed at that moment.
    ///
    /// - Parameters:
    ///   - committed: The moment.
    ///   - clients: Whose sockets, a few at most: one moment counts for all.
    ///   - exceptions: How many of them have not taken it.
    func wereWritten(
        _ committed: ContinuousClock.Instant,
        to clients: ArraySlice<ConnectionID>,
        but exceptions: Int = 0
    ) {
        let now = clock.now
        statistics.writtenTimes.observe(now - committed, times: clients.count - exceptions)
        guard acknowledgements.followed == nil else {
            // Between two frames, for a flush may take longer than the acknowledgement.
            askForAcknowledgement(at: now)
            return
        }
        let picked = acknowledgements.pick(
            of: clients.count,
            at: now,
            connections: connections.count
        )
        // One that has not taken it all has no mark.
        guard let picked, let mark = server.mark(clients[clients.startIndex + picked]) else {
            return
        }
        acknowledgements.followed = .init(mark: mark, committed: committed, due: now)
        askForAcknowledgement(at: now)
        guard acknowledgements.followed != nil, !acknowledgements.isWatched else { return }
        acknowledgements.isWatched = true
        Task {
            await watchForAcknowledgement()
            acknowledgements.isWatched = false
        }
    }

    private func watchForAcknowledgement() async {
        while let due = acknowledgements.followed?.due {
            do { try await Task.sleep(until: due, clock: clock) } catch { return }
            askForAcknowledgement(at: clock.now)
        }
    }

    /// Asks, when it is time, for the acknowledgement, which nobody tells of: ever more seldom.
    ///
    /// So what is measured is about a quarter more than it was, at most.
    private func askForAcknowledgement(at now: ContinuousClock.Instant) {
        guard let followed = acknowledgements.followed, followed.due <= now else { return }
        let isAcknowledged = server.hasAcknowledged(followed.mark)
        let time = now - followed.committed
        // Who has not acknowledged it by then counts as one who takes longer than every bound.
        if isAcknowledged == false, time < Self.patience {
            acknowledgements.followed?.due = now + max(Self.shortestPause, time / 4)
            return
        }
        acknowledgements.followed = nil
        // Of a connection that is gone nothing is known.
        if isAcknowledged != nil { statistics.acknowledgedTimes.observe(time) }
    }
}
