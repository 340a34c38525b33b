/// Names one connection of a server; never used again, for as long as the process runs.
public struct ConnectionID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Counts up from 1 in the order in which clients connected.
    public let rawValue: UInt64

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The number alone.
    public var description: String { "\(rawValue)" }

    /// Tells which of two connections is the older one.
    public static func < (left: ConnectionID, right: ConnectionID) -> Bool {
        left.rawValue < right.rawValue
    }
}
