public import JSON

/// Takes the parameters of a call apart, and names each one that is not as it must be.
public struct ParamsReader: Sendable {
    /// How many texts there may be in a list, if nobody says.
    public static let longestList = 1000

    private let params: JSONObject
    private let path: String

    /// Begins with the parameters of a call, or an object within them.
    ///
    /// - Parameters:
    ///   - params: The members.
    ///   - path: What stands before a member's name in messages, such as `filter.`.
    ///   - allowed: The members that there may be.
    /// - Throws: `invalid_params` for the first member that is not allowed.
    public init(
        _ params: JSONObject,
        path: String = "",
        allowed: [String]
    ) throws(RPCError) {
        self.params = params
        self.path = path
        for name in params.keys where !allowed.contains(name) {
            let expected =
                allowed.isEmpty ? "there are none" : "known are " + allowed.joined(separator: ", ")
            throw .invalidParams(path + name, "unknown parameter; \(expected)")
        }
    }

    /// The member, unless it is missing or null.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: Its value.
    public func value(_ name: String) -> JSONValue? {
        guard let value = params[name], !value.isNull else { return nil }
        return value
    }

    /// Whether the member is there, even if it is null.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: Whether it is there.
    public func has(_ name: String) -> Bool { params[name] != nil }

    /// The member as text.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: The text, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else.
    public func optionalString(_ name: String) throws(RPCError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw mismatch(name, "a string", value) }
        return text
    }

    /// The member as text that is not too long.
    ///
    /// - Parameters:
    ///   - name: The member's name.
    ///   - limit: How many characters it may have, counted as Unicode scalars.
    /// - Returns: The text, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else or longer.
    public func optionalString(
        _ name: String,
        upTo limit: Int
    ) throws(RPCError) -> String? {
        guard let text = try optionalString(name) else { return nil }
        // Whatever has no more bytes has no more characters, and most texts are short.
        if text.utf8.count > limit, text.unicodeScalars.count > limit {
            throw .invalidParams(path + name, "must have at most \(limit) characters")
        }
        return text
    }

    /// The member as text, which must be there.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: The text.
    /// - Throws: `invalid_params` if it is missing or something else.
    public func string(_ name: String) throws(RPCError) -> String {
        guard let text = try optionalString(name) else { throw missing(name) }
        return text
    }

    /// The member as a whole number within bounds.
    ///
    /// - Parameters:
    ///   - name: The member's name.
    ///   - range: What is allowed.
    /// - Returns: The number, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else or out of bounds.
    public func optionalInteger(
        _ name: String,
        in range: ClosedRange<Int>
    ) throws(RPCError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.integerValue else {
            throw mismatch(name, "a whole number", value)
        }
        guard range.contains(number) else {
            throw .invalidParams(path + name, "must be \(Self.describe(range)), not \(number)")
        }
        return number
    }

    /// The member as a truth value.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: The value, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else.
    public func optionalBool(_ name: String) throws(RPCError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolValue else { throw mismatch(name, "true or false", value) }
        return flag
    }

    /// The member as an object.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: The members, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else.
    public func optionalObject(_ name: String) throws(RPCError) -> JSONObject? {
        guard let value = value(name) else { return nil }
        guard let members = value.objectValue else { throw mismatch(name, "an object", value) }
        return members
    }

    /// The member as a list of anything.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: The elements, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else.
    public func optionalList(_ name: String) throws(RPCError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard let elements = value.arrayValue else { throw mismatch(name, "a list", value) }
        return elements
    }

    /// The member as one text or a list of them.
    ///
    /// - Parameters:
    ///   - name: The member's name.
    ///   - limit: How many there may be.
    /// - Returns: The texts, or nil if it is missing.
    /// - Throws: `invalid_params` if it is something else, empty or too long.
    public func optionalStrings(
        _ name: String,
        limit: Int = longestList
    ) throws(RPCError) -> [String]? {
        guard let value = value(name) else { return nil }
        if let text = value.stringValue { return [text] }
        guard let elements = value.arrayValue else {
            throw mismatch(name, "a string or a list of strings", value)
        }
        guard (1...limit).contains(elements.count) else {
            throw .invalidParams(
                path + name,
                "a list holds 1 to \(limit) strings, this one \(elements.count)"
            )
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else {
                throw mismatch("\(name)[\(index)]", "a string", element)
            }
            texts.append(text)
        }
        return texts
    }

    /// What is thrown for a member that must be there and is not.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: The error.
    public func missing(_ name: String) -> RPCError {
        .invalidParams(path + name, "is required")
    }

    private func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> RPCError {
        .invalidParams(path + name, "must be \(expected), not \(value.typeName)")
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
