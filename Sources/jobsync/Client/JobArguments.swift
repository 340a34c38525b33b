import JSON

/// The arguments of a new job, from words such as `file=x.fa` and `options:={"a": 1}`.
enum JobArguments {
    /// Reads the words.
    ///
    /// - Parameters:
    ///   - words: `NAME=VALUE`, or `NAME:=JSON`.
    ///   - task: The task as `tasks.list` shows it; nil if the server does not know it.
    /// - Returns: The arguments, each of the type that the task wants.
    /// - Throws: A failure of usage, for the first word that cannot be read.
    static func parse(
        _ words: [String],
        for task: JSONValue?
    ) throws(CommandFailure) -> JSONObject {
        let descriptions = task?["args"]?.arrayValue ?? []
        var args: JSONObject = [:]
        for word in words {
            // Not by characters: an equals sign before a combining mark is one.
            guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")),
                equals > word.startIndex
            else {
                throw CommandFailure(.usage, "\"\(word)\" is not an argument such as name=value")
            }
            var name = word[..<equals]
            let text = Substring(word.utf8[equals...].dropFirst())
            let isJSON = name.hasSuffix(":")
            if isJSON { name = name.dropLast() }
            let key = String(name)
            let description = descriptions.first { $0.text("name").isExactly(key) }
            let value =
                isJSON
                ? try json(text, for: key) : try self.value(String(text), of: description, for: key)
            let isList = description?.text("type") == "list"
            if isList, !isJSON {
                // The same name again adds to a list: so a comma in a file's name does no harm.
                args[key] = .array((args[key]?.arrayValue ?? []) + [value])
            } else {
                guard args.updateValue(value, forKey: key) == nil else {
                    throw CommandFailure(.usage, "\(key): is given twice")
                }
            }
        }
        return args
    }

    private static func json(
        _ text: Substring,
        for name: String
    ) throws(CommandFailure) -> JSONValue {
        do throws(JSONParseError) {
            return try JSONValue(parsing: text)
        } catch {
            throw CommandFailure(.usage, "\(name): not JSON: \(error)")
        }
    }

    private static func value(
        _ text: String,
        of description: JSONValue?,
        for name: String
    ) throws(CommandFailure) -> JSONValue {
        var type = description?.text("type") ?? "string"
        if type == "list" { type = description?["items"]?.stringValue ?? "string" }
        let value: JSONValue? =
            switch type {
            case "integer": Int(text).map { .integer($0) }
            case "number": number(text)
            case "boolean": ["true": .bool(true), "false": .bool(false)][text]
            case "object": nil
            default: .string(text)
            }
        guard let value else {
            let expected =
                switch type {
                case "integer": "must be a whole number, not \"\(text)\""
                case "number": "must be a number, not \"\(text)\""
                case "boolean": "must be true or false, not \"\(text)\""
                default: "is an object; write \(name):='{…}'"
                }
            throw CommandFailure(.usage, "\(name): \(expected)")
        }
        return value
    }

    private static func number(_ text: String) -> JSONValue? {
        if let number = try? JSONValue(parsing: text), number.isNumber { return number }
        if let whole = Int(text) { return .integer(whole) }
        return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    }
}
