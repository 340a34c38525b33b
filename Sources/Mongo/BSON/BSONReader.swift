/// Takes one document apart from left to right, looking at every length before it follows it.
struct BSONReader: Sendable {
    /// Deeper than what a server accepts (180), and little enough for any stack.
    static let maximumDepth = 200

    /// A field whose value has not been looked at yet.
    private struct Field {
        let type: UInt8
        let name: Range<Int>
        let value: Range<Int>
    }

    private let bytes: [UInt8]
    private var position: Int
    /// Where the document's final zero is.
    private let end: Int

    /// Begins with a document that fills all the bytes.
    init(_ bytes: [UInt8]) throws(BSONError) {
        try self.init(bytes, in: 0..<bytes.count)
    }

    private init(_ bytes: [UInt8], in range: Range<Int>) throws(BSONError) {
        guard range.count >= 5 else {
            throw BSONError(reason: .invalidLength(range.count), offset: range.lowerBound)
        }
        let length = Int(Self.int32(bytes, at: range.lowerBound))
        guard length == range.count else {
            throw BSONError(reason: .invalidLength(length), offset: range.lowerBound)
        }
        guard bytes[range.upperBound - 1] == 0 else {
            throw BSONError(reason: .missingTerminator, offset: range.upperBound - 1)
        }
        self.bytes = bytes
        position = range.lowerBound + 4
        end = range.upperBound - 1
    }

    // MARK: Fields

    /// The next field, or nil after the last one.
    mutating func next() throws(BSONError) -> (key: String, value: BSONValue)? {
        guard let field = try nextField() else { return nil }
        return (try text(field.name), try value(of: field, depth: 0))
    }

    /// The value of the first field of a name.
    mutating func value(of key: String) throws(BSONError) -> BSONValue? {
        while let field = try nextField() {
            if bytes[field.name].elementsEqual(key.utf8) { return try value(of: field, depth: 0) }
        }
        return nil
    }

    /// Looks at all that is left, and into it.
    mutating func check(depth: Int) throws(BSONError) {
        guard depth < Self.maximumDepth else {
            throw BSONError(reason: .tooDeep(limit: Self.maximumDepth), offset: position)
        }
        while let field = try nextField() {
            _ = try text(field.name)
            if field.type == BSONType.document || field.type == BSONType.array {
                var inner = try BSONReader(bytes, in: field.value)
                try inner.check(depth: depth + 1)
            } else {
                _ = try value(of: field, depth: depth)
            }
        }
    }

    private mutating func nextField() throws(BSONError) -> Field? {
        guard position < end else { return nil }
        let type = bytes[position]
        let name = try cString(from: position + 1)
        let start = name.upperBound + 1
        let length = try valueLength(of: type, at: start)
        guard length <= end - start else {
            throw BSONError(reason: .invalidLength(length), offset: start)
        }
        position = start + length
        return Field(type: type, name: name, value: start..<start + length)
    }

    // MARK: Lengths

    /// How many bytes a value takes; they may be more than there are.
    private func valueLength(of type: UInt8, at start: Int) throws(BSONError) -> Int {
        switch type {
        case BSONType.undefined, BSONType.null, BSONType.minKey, BSONType.maxKey: return 0
        case BSONType.bool: return 1
        case BSONType.int32: return 4
        case BSONType.double, BSONType.dateTime, BSONType.timestamp, BSONType.int64: return 8
        case BSONType.objectID: return 12
        case BSONType.decimal128: return 16
        case BSONType.string, BSONType.code, BSONType.symbol:
            return 4 + (try length(at: start, atLeast: 1))
        case BSONType.pointer: return 16 + (try length(at: start, atLeast: 1))
        case BSONType.binary: return 5 + (try length(at: start, atLeast: 0))
        case BSONType.document, BSONType.array: return try length(at: start, atLeast: 5)
        case BSONType.codeWithScope: return try length(at: start, atLeast: 14)
        case BSONType.regex:
            let pattern = try cString(from: start)
            let options = try cString(from: pattern.upperBound + 1)
            return options.upperBound + 1 - start
        default: throw BSONError(reason: .unknownType(type), offset: start)
        }
    }

    private func length(at offset: Int, atLeast least: Int) throws(BSONError) -> Int {
        guard end - offset >= 4 else {
            throw BSONError(reason: .invalidLength(end - offset), offset: offset)
        }
        let length = Int(Self.int32(bytes, at: offset))
        guard length >= least else {
            throw BSONError(reason: .invalidLength(length), offset: offset)
        }
        return length
    }

    /// The bytes before the next zero, which is within this document.
    private func cString(from start: Int) throws(BSONError) -> Range<Int> {
        var index = start
        while index < end {
            if bytes[index] == 0 { return start..<index }
            index += 1
        }
        throw BSONError(reason: .missingTerminator, offset: min(start, end))
    }

    // MARK: Values

    private func value(of field: Field, depth: Int) throws(BSONError) -> BSONValue {
        let start = field.value.lowerBound
        switch field.type {
        case BSONType.double: return .double(Double(bitPattern: uint64(at: start)))
        case BSONType.string: return .string(try string(in: field.value))
        case BSONType.document: return .document(BSONDocument(bytes: Array(bytes[field.value])))
        case BSONType.array: return .array(try elements(in: field.value, depth: depth + 1))
        case BSONType.binary:
            let content = start + 5..<field.value.upperBound
            return .binary(subtype: bytes[start + 4], bytes: Array(bytes[content]))
        case BSONType.objectID: return .objectID(Array(bytes[field.value]))
        case BSONType.bool:
            guard bytes[start] <= 1 else {
                throw BSONError(reason: .invalidBoolean(bytes[start]), offset: start)
            }
            return .bool(bytes[start] == 1)
        case BSONType.dateTime:
            return .dateTime(milliseconds: Int64(bitPattern: uint64(at: start)))
        case BSONType.null: return .null
        case BSONType.regex:
            let pattern = try cString(from: start)
            let options = try cString(from: pattern.upperBound + 1)
            return .regex(pattern: try text(pattern), options: try text(options))
        case BSONType.int32: return .int32(Self.int32(bytes, at: start))
        case BSONType.timestamp:
            return .timestamp(
                seconds: UInt32(bitPattern: Self.int32(bytes, at: start + 4)),
                increment: UInt32(bitPattern: Self.int32(bytes, at: start))
            )
        case BSONType.int64: return .int64(Int64(bitPattern: uint64(at: start)))
        case BSONType.decimal128: return .decimal128(Array(bytes[field.value]))
        case BSONType.minKey: return .minKey
        case BSONType.maxKey: return .maxKey
        default: return .other(type: field.type, bytes: Array(bytes[field.value]))
        }
    }

    private func elements(in range: Range<Int>, depth: Int) throws(BSONError) -> [BSONValue] {
        guard depth < Self.maximumDepth else {
            throw BSONError(reason: .tooDeep(limit: Self.maximumDepth), offset: range.lowerBound)
        }
        var reader = try BSONReader(bytes, in: range)
        var elements: [BSONValue] = []
        while let field = try reader.nextField() {
            elements.append(try reader.value(of: field, depth: depth))
        }
        return elements
    }

    /// A text after its length, and before a zero.
    private func string(in range: Range<Int>) throws(BSONError) -> String {
        guard bytes[range.upperBound - 1] == 0 else {
            throw BSONError(reason: .missingTerminator, offset: range.upperBound - 1)
        }
        return try text(range.lowerBound + 4..<range.upperBound - 1)
    }

    private func text(_ range: Range<Int>) throws(BSONError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw BSONError(reason: .invalidText, offset: range.lowerBound)
        }
        return text
    }

    private func uint64(at offset: Int) -> UInt64 {
        UInt64(UInt32(bitPattern: Self.int32(bytes, at: offset)))
            | UInt64(UInt32(bitPattern: Self.int32(bytes, at: offset + 4))) << 32
    }

    private static func int32(_ bytes: [UInt8], at offset: Int) -> Int32 {
        Int32(
            bitPattern: UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
                | UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24
        )
    }
}
