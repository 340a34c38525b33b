/// A value in a BSON document.
public enum BSONValue: Hashable, Sendable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([BSONValue])
    case binary(subtype: UInt8, bytes: [UInt8])
    /// Twelve bytes.
    case objectID([UInt8])
    case bool(Bool)
    /// Milliseconds since 1970-01-01T00:00:00Z.
    case dateTime(milliseconds: Int64)
    case null
    case regex(pattern: String, options: String)
    case int32(Int32)
    /// The server's own clock: seconds since 1970, and a count within the second.
    case timestamp(seconds: UInt32, increment: UInt32)
    case int64(Int64)
    /// Sixteen bytes, as they go over the wire.
    case decimal128([UInt8])
    case minKey
    case maxKey
    /// A value of one of the types that are no longer used, as its number and its bytes.
    case other(type: UInt8, bytes: [UInt8])
}

extension BSONValue {
    /// A whole number in the smallest type that holds it, as most drivers write it.
    ///
    /// - Parameter value: Any number.
    /// - Returns: 32 bits, or 64 where they don't suffice.
    public static func integer(_ value: Int) -> BSONValue {
        Int32(exactly: value).map { .int32($0) } ?? .int64(Int64(value))
    }

    /// The text, if this is a string.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The truth value, if this is one.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The whole number, if this is a number without a fraction, of whatever type.
    public var integerValue: Int? {
        switch self {
        case .int32(let value): Int(value)
        case .int64(let value): Int(value)
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The whole number, if this is one that can count or number something: from 0 to 2⁴⁰, so that
    /// millions of them can be added up.
    public var countValue: Int? {
        integerValue.flatMap { (0...1 << 40).contains($0) ? $0 : nil }
    }

    /// The number, if this is one.
    public var numberValue: Double? {
        switch self {
        case .int32(let value): Double(value)
        case .int64(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The document, if this is one.
    public var documentValue: BSONDocument? {
        if case .document(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array.
    public var arrayValue: [BSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The milliseconds since 1970-01-01T00:00:00Z, if this is a date.
    public var dateValue: Int64? {
        if case .dateTime(let milliseconds) = self { milliseconds } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// What the type is called, for messages to people.
    public var typeName: String {
        switch self {
        case .double: "double"
        case .string: "string"
        case .document: "document"
        case .array: "array"
        case .binary: "binary data"
        case .objectID: "ObjectId"
        case .bool: "boolean"
        case .dateTime: "date"
        case .null: "null"
        case .regex: "regular expression"
        case .int32: "32-bit integer"
        case .timestamp: "timestamp"
        case .int64: "64-bit integer"
        case .decimal128: "decimal"
        case .minKey: "MinKey"
        case .maxKey: "MaxKey"
        case .other(let type, _): "value of type \(type)"
        }
    }
}

extension BSONValue: CustomStringConvertible {
    /// The value in a form that resembles JSON, for tests and messages.
    public var description: String {
        switch self {
        case .double(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .document(let value): value.description
        case .array(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .binary(let subtype, let bytes): "binary(\(subtype), \(bytes.count) bytes)"
        case .objectID(let bytes): "ObjectId(\(Self.hexadecimal(bytes)))"
        case .bool(let value): "\(value)"
        case .dateTime(let milliseconds): "Date(\(milliseconds))"
        case .null: "null"
        case .regex(let pattern, let options): "/\(pattern)/\(options)"
        case .int32(let value): "\(value)"
        case .timestamp(let seconds, let increment): "Timestamp(\(seconds), \(increment))"
        case .int64(let value): "\(value)"
        case .decimal128(let bytes): "decimal(\(Self.hexadecimal(bytes)))"
        case .minKey: "MinKey"
        case .maxKey: "MaxKey"
        case .other(let type, let bytes): "type \(type), \(bytes.count) bytes"
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
