/// A BSON document, as the bytes that go over the wire.
public struct BSONDocument: Hashable, Sendable {
    /// The whole document, its length first.
    public let bytes: [UInt8]

    /// Takes over bytes that are known to be a document.
    ///
    /// - Parameter bytes: The whole document, its length first.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
