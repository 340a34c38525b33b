/// Tells which servers have not been heard of for long.
///
/// It counts how often this server has heard itself since: a feed that stands still makes nobody
/// absent, and one that catches up makes nobody absent either. And it looks at the clock: a server that is
/// silent lets jobs go on that another may start for just as long.
struct AbsenceWatch {
    private let server: String
    private let time: Duration
    private let beats: Int
    private var ownBeats = 0
    private var lastHeard: [String: Sign] = [:]
    private var beginning = Sign(ownBeats: 0, moment: nil)

    /// When something was heard.
    private struct Sign {
        let ownBeats: Int
        let moment: ContinuousClock.Instant?
    }

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - server: This server.
    ///   - time: After how much time a server counts as absent.
    ///   - interval: The least time from one of this server's beats to the next.
    init(server: String, absentAfter time: Duration, interval: Duration) {
        self.server = server
        self.time = time
        beats = max(1, Int((time / interval).rounded(.up)))
    }

    /// Takes in that a server said that it is there.
    mutating func hear(_ server: String, at now: ContinuousClock.Instant) {
        if server == self.server { ownBeats += 1 }
        lastHeard[server] = Sign(ownBeats: ownBeats, moment: now)
    }

    /// Gives every server its whole time, as when this server has begun to lead.
    mutating func begin(at now: ContinuousClock.Instant) {
        beginning = Sign(ownBeats: ownBeats, moment: now)
    }

    func isAbsent(_ server: String, at now: ContinuousClock.Instant) -> Bool {
        let signs = [beginning, lastHeard[server]].compactMap(\.self)
        return signs.allSatisfy { sign in
            ownBeats - sign.ownBeats > beats && sign.moment.map { now - $0 >= time } ?? true
        }
    }
}
