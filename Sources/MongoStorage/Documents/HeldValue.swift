import JSON
import Mongo

/// Any JSON value under a name: as BSON where BSON can hold it, for people to read and search, and
/// otherwise as text under the name with `_json` behind it.
enum HeldValue {
    /// Deeper than what any message may bring in, so that what was accepted can be read.
    static let maximumDepth = 128

    /// The name under which a value is held as text.
    static func textKey(for key: String) -> String { key + "_json" }

    /// The name, of the two, under which a value is not held.
    static func otherKey(of value: JSONValue, for key: String) -> String {
        value.fitsBSON ? textKey(for: key) : key
    }
}

extension BSONWriter {
    /// Appends any JSON value.
    mutating func append(held value: JSONValue, for key: String) {
        if value.fitsBSON {
            append(value, for: key)
        } else {
            append(value.description, for: HeldValue.textKey(for: key))
        }
    }
}

extension BSONDocument {
    /// The JSON value under a name, in whichever form it is held.
    func held(_ key: String) throws -> JSONValue? {
        if let text = self[HeldValue.textKey(for: key)]?.stringValue {
            return try JSONValue(parsing: text, maximumDepth: HeldValue.maximumDepth)
        }
        return try self[key].map { (value) throws(BSONError) in try JSONValue(value) }
    }
}
