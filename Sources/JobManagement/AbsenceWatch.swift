/// Tells which servers have not been heard of for long.
///
/// It counts how often this server has heard itself since: a feed that stands still makes nobody
/// absent, and one that catches up makes nobody absent either.
struct AbsenceWatch {
    private let server: String
    private let beats: Int
    private var ownBeats = 0
    private var lastHeard: [String: Int] = [:]
    private var beginning = 0

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - server: This server.
    ///   - time: After how much time a server counts as absent.
    ///   - interval: The least time from one of this server's beats to the next.
    init(server: String, absentAfter time: Duration, interval: Duration) {
        self.server = server
        beats = max(1, Int((time / interval).rounded(.up)))
    }

    /// Takes in that a server said that it is there.
    mutating func hear(_ server: String) {
        if server == self.server { ownBeats += 1 }
        lastHeard[server] = ownBeats
    }

    /// Gives every server its whole time, as when this server has begun to lead.
    mutating func begin() { beginning = ownBeats }

    func isAbsent(_ server: String) -> Bool {
        ownBeats - max(beginning, lastHeard[server] ?? 0) > beats
    }
}
