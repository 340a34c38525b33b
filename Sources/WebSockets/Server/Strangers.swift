/// The connections that have not logged in, of which there may be only so many, and fewer of one address.
///
/// A silent connection costs whoever opens it nothing, and the server a descriptor. So when there is no room
/// for another one, the one that has been silent for longest goes; but not before it has had the time to say
/// something, or of many honest clients each would cut off the one before.
struct Strangers {
    /// What becomes of somebody new.
    enum Room {
        /// Come in.
        case free
        /// Come in, once this one is gone.
        case insteadOf(Peer)
        /// Wait for so many milliseconds, or until somebody has logged in or gone.
        case later(UInt64)
    }

    /// So long a connection may take to say something, in milliseconds.
    static let patience: UInt64 = 100

    private let limit: Int
    private let limitOfAddress: Int
    private(set) var members: [UInt64: Peer] = [:]
    private var counts: [NetworkAddress.Household: Int] = [:]

    init(limit: Int?, limitOfAddress: Int?) {
        self.limit = limit ?? .max
        self.limitOfAddress = limitOfAddress ?? .max
    }

    var count: Int { members.count }

    mutating func insert(_ peer: Peer) {
        members[peer.id.rawValue] = peer
        counts[peer.address.household, default: 0] += 1
    }

    /// - Returns: whether the connection was a stranger's
    mutating func remove(_ peer: Peer) -> Bool {
        guard members.removeValue(forKey: peer.id.rawValue) != nil else { return false }
        let household = peer.address.household
        let rest = counts[household, default: 1] - 1
        counts[household] = rest > 0 ? rest : nil
        return true
    }

    /// Looks for room for another one of an address.
    func room(for household: NetworkAddress.Household, now: UInt64) -> Room {
        if counts[household, default: 0] >= limitOfAddress {
            return room(
                insteadOfOneOf: members.values.filter { $0.address.household == household },
                now
            )
        }
        return count >= limit ? room(insteadOfOneOf: Array(members.values), now) : .free
    }

    /// The one that has been silent for longest, if there is any.
    func roomInsteadOfAny(now: UInt64) -> Room? {
        members.isEmpty ? nil : room(insteadOfOneOf: Array(members.values), now)
    }

    private func room(insteadOfOneOf peers: [Peer], _ now: UInt64) -> Room {
        // Those who have just come stay, however many there are: to speak now and then keeps nobody
        // else's place.
        let old = peers.filter { $0.connectedAt + Self.patience <= now }
        if let silent = old.min(by: { ($0.lastHeard, $0.id) < ($1.lastHeard, $1.id) }) {
            return .insteadOf(silent)
        }
        let first = peers.map(\.connectedAt).min() ?? now
        return .later(first + Self.patience - now)
    }
}
