/// A body that is made piece by piece while it goes out, so that a large one never lies in memory.
///
/// What a piece is made of, such as an open file, is let go when the body is out or the client is gone.
public struct HTTPBodyStream: Sendable {
    /// How many bytes there are in all.
    public let count: Int
    /// Makes the next piece; is asked for one when the socket has taken the one before.
    let next: @Sendable () async -> [UInt8]?

    /// Makes a body.
    /// - Parameters:
    ///   - count: how many bytes there are in all
    ///   - next: makes the next piece, which must not be empty, nor go beyond the end; nil if it cannot be
    ///     made, and then the connection is closed, for nothing else would tell the client that something
    ///     is missing. While a piece is made the client is waited for without a limit.
    public init(count: Int, next: @escaping @Sendable () async -> [UInt8]?) {
        self.count = count
        self.next = next
    }
}
