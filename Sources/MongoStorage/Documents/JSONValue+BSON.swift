import JSON
import JobModel
import Mongo

extension JSONValue {
    /// The deepest that is kept as documents within documents: servers accept 100 levels, and a
    /// job adds some of its own.
    private static let maximumDepth = 90

    /// Whether BSON can hold this so that it comes back as it was.
    ///
    /// No name may hold a zero byte. One that begins with a dollar sign means something to the
    /// server, and it will not have it everywhere. A number that needs its text has none here.
    var fitsBSON: Bool { fitsBSON(within: Self.maximumDepth) }

    private func fitsBSON(within depth: Int) -> Bool {
        switch self {
        case .array(let elements):
            depth > 0 && elements.allSatisfy { $0.fitsBSON(within: depth - 1) }
        case .object(let members):
            depth > 0
                && members.allSatisfy { name, value in
                    name.utf8.first != UInt8(ascii: "$") && !name.utf8.contains(0)
                        && value.fitsBSON(within: depth - 1)
                }
        case .decimal: false
        case .null, .bool, .integer, .number, .string: true
        }
    }

    /// What a document of whatever origin says, in JSON's words: dates become text, as do the
    /// types that JSON has no equal for.
    init(_ value: BSONValue, depth: Int = 0) throws(BSONError) {
        guard depth < 200 else { throw BSONError(reason: .tooDeep(limit: 200), offset: 0) }
        switch value {
        case .double(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .document(let value): self = .object(try JSONObject(value, depth: depth + 1))
        case .array(let values):
            var elements: [JSONValue] = []
            elements.reserveCapacity(values.count)
            for value in values { elements.append(try JSONValue(value, depth: depth + 1)) }
            self = .array(elements)
        case .bool(let value): self = .bool(value)
        case .null: self = .null
        case .int32(let value): self = .integer(Int(value))
        case .int64(let value): self = .integer(Int(value))
        case .dateTime(let milliseconds):
            self = .string(Timestamp(milliseconds: milliseconds).description)
        case .objectID(let bytes): self = .string(Self.hexadecimal(bytes))
        case .binary(_, let bytes): self = .string(Self.hexadecimal(bytes))
        case .regex, .timestamp, .decimal128, .minKey, .maxKey, .other:
            self = .string(value.description)
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension JSONObject {
    /// The members of a document of whatever origin.
    init(_ document: BSONDocument, depth: Int = 0) throws(BSONError) {
        self.init()
        for (key, value) in try document.fields() {
            self[key] = try JSONValue(value, depth: depth)
        }
    }
}

extension BSONWriter {
    /// Appends a value that fits BSON.
    mutating func append(_ value: JSONValue, for key: String) {
        switch value {
        case .null: appendNull(for: key)
        case .bool(let value): append(value, for: key)
        case .integer(let value): append(value, for: key)
        case .number(let value): append(value, for: key)
        case .decimal(let value): append(value.text, for: key)
        case .string(let value): append(value, for: key)
        case .array(let elements):
            append(arrayOf: elements, for: key) { $0.append($1, for: $2) }
        case .object(let members):
            append(documentFor: key) { writer in
                for (name, value) in members { writer.append(value, for: name) }
            }
        }
    }
}
