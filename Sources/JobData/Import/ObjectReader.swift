import JSON

/// Takes an object of an import apart, and names each member that is not as it must be.
struct ObjectReader {
    let path: String
    private let members: JSONObject

    init(_ value: JSONValue, _ path: String) throws(DataError) {
        guard let members = value.objectValue else {
            throw .invalid(field: path, message: "must be an object, not \(value.typeName)")
        }
        self.members = members
        self.path = path
    }

    private func value(_ name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    func isText(_ name: String, _ text: String) -> Bool { members[name]?.stringValue == text }

    func optionalText(_ name: String) throws(DataError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw mismatch(name, "a string", value) }
        return text
    }

    func text(_ name: String) throws(DataError) -> String {
        guard let text = try optionalText(name) else {
            throw .invalid(field: "\(path).\(name)", message: "is required")
        }
        guard !text.isEmpty else { throw .invalid(field: "\(path).\(name)", message: "is empty") }
        return text
    }

    /// The member, or the first of those that may stand for it.
    func text(_ name: String, _ others: String...) throws(DataError) -> String {
        try text(([name] + others).first { value($0) != nil } ?? name)
    }

    /// The member, or the one that may stand for it.
    func optionalInteger(_ name: String, or other: String) throws(DataError) -> Int? {
        try optionalInteger(value(name) == nil ? other : name)
    }

    func optionalInteger(_ name: String) throws(DataError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.countValue else {
            throw mismatch(name, "a whole number from 0 to \(JSONValue.greatestCount)", value)
        }
        return number
    }

    func optionalFlag(_ name: String) throws(DataError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolValue else { throw mismatch(name, "true or false", value) }
        return flag
    }

    func list(_ name: String) throws(DataError) -> [JSONValue] {
        guard let value = value(name) else {
            throw .invalid(field: "\(path).\(name)", message: "is required")
        }
        guard let elements = value.arrayValue else { throw mismatch(name, "a list", value) }
        guard !elements.isEmpty else {
            throw .invalid(field: "\(path).\(name)", message: "is empty")
        }
        return elements
    }

    private func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> DataError {
        .invalid(field: "\(path).\(name)", message: "must be \(expected), not \(value)")
    }
}
