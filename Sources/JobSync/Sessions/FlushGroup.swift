import JobStorage
import WebSockets

/// Subscriptions in step that want the same and are told it at the same moments.
///
/// Their position, and when they may be told again, are kept once for all, so a flush is one frame and a
/// loop over connections that looks at nothing else. Whoever falls behind leaves and is on his own.
final class FlushGroup {
    /// What the subscriptions have in common for good.
    struct Key: Hashable {
        let number: Int
        let filter: JobFilter
        let interval: Duration
    }

    let key: Key
    /// Everything up to here that the filter admits is with the clients.
    var cursor: Int
    /// When the next frame may be sent.
    var nextFrame: ContinuousClock.Instant
    private(set) var members: [ConnectionID] = []
    /// The place of each member.
    private var places: [ConnectionID: Int] = [:]

    init(_ key: Key, cursor: Int, nextFrame: ContinuousClock.Instant) {
        self.key = key
        self.cursor = cursor
        self.nextFrame = nextFrame
    }

    func insert(_ connection: ConnectionID) {
        places[connection] = members.count
        members.append(connection)
    }

    func remove(_ connection: ConnectionID) {
        guard let place = places.removeValue(forKey: connection), let last = members.popLast(),
            last != connection
        else { return }
        members[place] = last
        places[last] = place
    }
}
