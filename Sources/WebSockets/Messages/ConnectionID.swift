/// Names one connection of a server; never used again, for as long as the process runs.
public struct ConnectionID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Counts up from 1 in the order in which clients connected.
    public let rawValue: UInt64
    /// Where the server finds what it needs to send; numbers alone name connections.
    let seat: UInt32

    /// Takes any number; only servers give numbers that name a connection.
    /// - Parameter rawValue: the number
    public init(rawValue: UInt64) {
        self.init(rawValue: rawValue, seat: .max)
    }

    init(rawValue: UInt64, seat: UInt32) {
        self.rawValue = rawValue
        self.seat = seat
    }

    /// Tells whether two are the same connection.
    public static func == (left: ConnectionID, right: ConnectionID) -> Bool {
        left.rawValue == right.rawValue
    }

    /// Feeds the number to a hasher.
    /// - Parameter hasher: the hasher
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rawValue)
    }

    /// The number alone.
    public var description: String { "\(rawValue)" }

    /// Tells which of two connections is the older one.
    public static func < (left: ConnectionID, right: ConnectionID) -> Bool {
        left.rawValue < right.rawValue
    }
}
