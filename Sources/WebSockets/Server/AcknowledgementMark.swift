/// A place in what was sent to a connection, to ask later whether it has arrived.
public struct AcknowledgementMark: Hashable, Sendable {
    /// Which connection.
    public let connection: ConnectionID
    /// How many bytes are acknowledged when everything before the mark is.
    let bytes: UInt64
}
