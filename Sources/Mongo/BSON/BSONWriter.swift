/// Writes a document field by field, without anything in between.
///
/// - Precondition: No name of a field holds a zero byte, which BSON cannot express.
public struct BSONWriter: Sendable {
    private var bytes: [UInt8] = [0, 0, 0, 0]

    /// Begins a document.
    public init() {}

    /// Makes room beforehand.
    ///
    /// - Parameter capacity: How many bytes the document will have.
    public mutating func reserve(_ capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// The document as it stands.
    public var document: BSONDocument {
        var whole = bytes
        whole.append(0)
        whole.patchLength(at: 0)
        return BSONDocument(bytes: whole)
    }

    // MARK: Fields

    /// Appends a text.
    public mutating func append(_ value: String, for key: String) {
        begin(BSONType.string, key)
        bytes.append(bson: value)
    }

    /// Appends a whole number in the smallest type that holds it.
    public mutating func append(_ value: Int, for key: String) {
        if let small = Int32(exactly: value) {
            begin(BSONType.int32, key)
            bytes.append(littleEndian: small)
        } else {
            append(Int64(value), for: key)
        }
    }

    /// Appends a whole number of 64 bits.
    public mutating func append(_ value: Int64, for key: String) {
        begin(BSONType.int64, key)
        bytes.append(littleEndian: value)
    }

    /// Appends a number.
    public mutating func append(_ value: Double, for key: String) {
        begin(BSONType.double, key)
        bytes.append(littleEndian: value.bitPattern)
    }

    /// Appends a truth value.
    public mutating func append(_ value: Bool, for key: String) {
        begin(BSONType.bool, key)
        bytes.append(value ? 1 : 0)
    }

    /// Appends a date.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970-01-01T00:00:00Z.
    ///   - key: The name of the field.
    public mutating func append(milliseconds: Int64, for key: String) {
        begin(BSONType.dateTime, key)
        bytes.append(littleEndian: milliseconds)
    }

    /// Appends `null`.
    public mutating func appendNull(for key: String) {
        begin(BSONType.null, key)
    }

    /// Appends a document as it is.
    public mutating func append(_ value: BSONDocument, for key: String) {
        begin(BSONType.document, key)
        bytes.append(contentsOf: value.bytes)
    }

    /// Appends a document that is written in place.
    ///
    /// - Parameters:
    ///   - key: The name of the field.
    ///   - build: Appends the fields of the inner document.
    /// - Throws: What `build` throws; the writer is then of no more use.
    public mutating func append<Failure: Error>(
        documentFor key: String,
        _ build: (inout BSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        begin(BSONType.document, key)
        try nest(build)
    }

    /// Appends an array that is written in place, one element for each of some values.
    ///
    /// - Parameters:
    ///   - values: What the elements are made of.
    ///   - key: The name of the field.
    ///   - build: Appends one element, under the name that it is given.
    /// - Throws: What `build` throws; the writer is then of no more use.
    public mutating func append<Elements: Sequence, Failure: Error>(
        arrayOf values: Elements,
        for key: String,
        _ build: (inout BSONWriter, Elements.Element, String) throws(Failure) -> Void
    ) throws(Failure) {
        begin(BSONType.array, key)
        try nest { (writer) throws(Failure) in
            var index = 0
            for value in values {
                try build(&writer, value, String(index))
                index += 1
            }
        }
    }

    // MARK: Bytes

    private mutating func begin(_ type: UInt8, _ key: String) {
        bytes.append(type)
        bytes.append(cString: key)
    }

    /// Writes a document's length, fields and end into the same bytes.
    private mutating func nest<Failure: Error>(
        _ build: (inout BSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        bytes.append(contentsOf: [0, 0, 0, 0])
        try build(&self)
        bytes.append(0)
        bytes.patchLength(at: start)
    }

    /// Appends any value.
    public mutating func append(_ value: BSONValue, for key: String) {
        switch value {
        case .double(let value): append(value, for: key)
        case .string(let value): append(value, for: key)
        case .document(let value): append(value, for: key)
        case .array(let values):
            append(arrayOf: values, for: key) { $0.append($1, for: $2) }
        case .bool(let value): append(value, for: key)
        case .dateTime(let milliseconds): append(milliseconds: milliseconds, for: key)
        case .null: appendNull(for: key)
        case .int64(let value): append(value, for: key)
        case .int32(let value):
            begin(BSONType.int32, key)
            bytes.append(littleEndian: value)
        case .binary(let subtype, let content):
            begin(BSONType.binary, key)
            bytes.append(littleEndian: Int32(content.count))
            bytes.append(subtype)
            bytes.append(contentsOf: content)
        case .objectID(let content):
            precondition(content.count == 12, "an ObjectId has 12 bytes, not \(content.count)")
            append(raw: content, type: BSONType.objectID, for: key)
        case .regex(let pattern, let options):
            begin(BSONType.regex, key)
            bytes.append(cString: pattern)
            bytes.append(cString: options)
        case .timestamp(let seconds, let increment):
            begin(BSONType.timestamp, key)
            bytes.append(littleEndian: increment)
            bytes.append(littleEndian: seconds)
        case .decimal128(let content):
            precondition(content.count == 16, "a decimal has 16 bytes, not \(content.count)")
            append(raw: content, type: BSONType.decimal128, for: key)
        case .minKey: begin(BSONType.minKey, key)
        case .maxKey: begin(BSONType.maxKey, key)
        case .other(let type, let content): append(raw: content, type: type, for: key)
        }
    }

    private mutating func append(raw content: [UInt8], type: UInt8, for key: String) {
        begin(type, key)
        bytes.append(contentsOf: content)
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<value.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    fileprivate mutating func append(cString text: String) {
        let start = count
        append(contentsOf: text.utf8)
        precondition(!self[start...].contains(0), "a name in a document holds a zero byte")
        append(0)
    }

    fileprivate mutating func append(bson text: String) {
        append(littleEndian: Int32(text.utf8.count + 1))
        append(contentsOf: text.utf8)
        append(0)
    }

    /// Writes down how long the document is that began at an index and ends here.
    fileprivate mutating func patchLength(at start: Int) {
        let length = UInt32(count - start)
        for index in 0..<4 {
            self[start + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index)))
        }
    }
}
