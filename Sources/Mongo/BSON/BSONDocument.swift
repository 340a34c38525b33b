/// A BSON document, as the bytes that go over the wire.
///
/// Bytes from outside may be anything: reading them never traps. Where only fields are wanted, a
/// fault in the bytes ends the fields before it; ``check()`` tells what is wrong and where.
public struct BSONDocument: Hashable, Sendable {
    /// The whole document, its length first.
    public let bytes: [UInt8]

    /// Takes over bytes as they are.
    ///
    /// - Parameter bytes: The whole document, its length first.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Builds a document field by field.
    ///
    /// - Parameter build: Appends the fields.
    public init(_ build: (inout BSONWriter) -> Void) {
        var writer = BSONWriter()
        build(&writer)
        self = writer.document
    }

    /// Makes a document without fields.
    public init() {
        bytes = [5, 0, 0, 0, 0]
    }

    /// Makes a document of fields.
    ///
    /// - Parameter fields: Names and values, in their order.
    public init(_ fields: some Sequence<(key: String, value: BSONValue)>) {
        self.init { writer in
            for (key, value) in fields { writer.append(value, for: key) }
        }
    }

    /// The value of the first field of a name, if it has one.
    public subscript(_ key: String) -> BSONValue? {
        guard var reader = try? BSONReader(bytes) else { return nil }
        return try? reader.value(of: key)
    }

    /// Whether there are no fields.
    public var isEmpty: Bool { bytes.count <= 5 }

    /// All fields in their order.
    ///
    /// - Returns: Names and values; the bytes within documents among the values are not looked at.
    /// - Throws: What is wrong with the bytes, and where.
    public func fields() throws(BSONError) -> [(key: String, value: BSONValue)] {
        var reader = try BSONReader(bytes)
        var fields: [(key: String, value: BSONValue)] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }

    /// Looks at every byte, whatever its depth.
    ///
    /// - Throws: What is wrong, and where.
    public func check() throws(BSONError) {
        var reader = try BSONReader(bytes)
        try reader.check(depth: 0)
    }
}

extension BSONDocument: Sequence {
    /// Gives the fields one by one, up to the first fault in the bytes.
    public struct Iterator: IteratorProtocol {
        fileprivate var reader: BSONReader?

        /// The next field, if there is one that can be read.
        public mutating func next() -> (key: String, value: BSONValue)? {
            guard let field = try? reader?.next() else {
                reader = nil
                return nil
            }
            return field
        }
    }

    /// Begins with the first field.
    public func makeIterator() -> Iterator {
        Iterator(reader: try? BSONReader(bytes))
    }
}

extension BSONDocument: ExpressibleByDictionaryLiteral {
    /// Makes a document of the fields in their order.
    public init(dictionaryLiteral fields: (String, BSONValue)...) {
        self.init { writer in
            for (key, value) in fields { writer.append(value, for: key) }
        }
    }
}

extension BSONDocument: CustomStringConvertible {
    /// The fields in a form that resembles JSON, for tests and messages.
    public var description: String {
        "{" + map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    }
}
