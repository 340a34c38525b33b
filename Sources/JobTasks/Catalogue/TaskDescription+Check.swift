public import JSON
public import SystemPackage

extension TaskDescription {
    /// Checks what a job is told, and fills in defaults; looks at nothing but the arguments.
    ///
    /// - Parameter args: The arguments as somebody gave them.
    /// - Returns: All arguments that have a value, in the order of the description.
    /// - Throws: The first argument that is missing, unknown or of a wrong kind.
    public func check(_ args: JSONObject) throws(ArgumentError) -> JSONObject {
        for name in args.keys
        where !arguments.contains(where: { $0.name.isExactly(name) })
            && !ignoredArguments.contains(name)
        {
            throw ArgumentError(field: "args.\(name)", message: unknownArgument(name))
        }
        var checked: JSONObject = [:]
        for argument in arguments {
            if let value = args[argument.name] {
                checked[argument.name] = try argument.check(value)
            } else if let value = argument.defaultValue {
                checked[argument.name] = value
            } else if argument.isRequired {
                throw ArgumentError(field: "args.\(argument.name)", message: "is required")
            }
        }
        return checked
    }

    /// Whether there are paths among arguments.
    ///
    /// - Parameter args: The arguments, checked.
    /// - Returns: True if one names a file or folder.
    public func hasPaths(_ args: JSONObject) -> Bool {
        arguments.contains { argument in
            args[argument.name].map { !argument.paths(in: $0).isEmpty } ?? false
        }
    }

    /// Looks whether each path among arguments is there and stays inside; for as long as the file system
    /// pleases.
    ///
    /// - Parameters:
    ///   - args: The arguments, checked.
    ///   - data: The folder that no path may leave, not even through a link.
    /// - Returns: What is wrong with the first that is not acceptable, if one is not.
    public func problem(ofPathsIn args: JSONObject, in data: FilePath) -> ArgumentError? {
        for argument in arguments {
            guard let value = args[argument.name] else { continue }
            for (place, path) in argument.paths(in: value) {
                do throws(ArgumentError) {
                    let field = "args.\(argument.name)\(place)"
                    _ = try DataPath.resolve(path, in: data, field: field)
                } catch {
                    return error
                }
            }
        }
        return nil
    }

    private func unknownArgument(_ name: String) -> String {
        let names = arguments.map(\.name)
        if let meant = Spelling.nearest(to: name, among: names) {
            return "is unknown to \(self.name); did you mean \(meant)?"
        }
        return names.isEmpty
            ? "is unknown: \(self.name) takes no arguments"
            : "is unknown to \(self.name), which takes \(names.joined(separator: ", "))"
    }
}

extension ArgumentDescription {
    /// Checks one value.
    package func check(_ value: JSONValue) throws(ArgumentError) -> JSONValue {
        let field = "args.\(name)"
        let value = try check(value, as: type, field: field)
        if let allowedValues, !allowedValues.contains(value) {
            let allowed = allowedValues.map(Self.show).joined(separator: ", ")
            throw ArgumentError(
                field: field,
                message: "must be one of \(allowed), and is \(Self.show(value))"
            )
        }
        return value
    }

    private func check(
        _ value: JSONValue,
        as type: ArgumentType,
        field: String
    ) throws(ArgumentError) -> JSONValue {
        switch type {
        case .string:
            return .string(try text(value, type: type, field: field))
        case .path:
            let path = try text(value, type: type, field: field)
            return .string(try DataPath.normalize(path, field: field))
        case .integer:
            guard let whole = value.integerValue else {
                throw wrongType(value, expected: type, field: field)
            }
            try checkRange(Double(whole), field: field)
            return .integer(whole)
        case .number:
            guard let number = value.numberValue else {
                throw wrongType(value, expected: type, field: field)
            }
            try checkRange(number, field: field)
            return value
        case .boolean:
            guard value.boolValue != nil else {
                throw wrongType(value, expected: type, field: field)
            }
            return value
        case .list:
            guard let elements = value.arrayValue else {
                throw wrongType(value, expected: type, field: field)
            }
            try checkLength(elements.count, field: field)
            var checked: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                checked.append(
                    try check(element, as: items ?? .string, field: "\(field)[\(index)]")
                )
            }
            return .array(checked)
        case .object:
            guard value.objectValue != nil else {
                throw wrongType(value, expected: type, field: field)
            }
            return value
        }
    }

    private func text(
        _ value: JSONValue,
        type: ArgumentType,
        field: String
    ) throws(ArgumentError) -> String {
        guard let text = value.stringValue else {
            throw wrongType(value, expected: type, field: field)
        }
        guard !text.utf8.contains(0) else {
            throw ArgumentError(field: field, message: "must not contain a zero byte")
        }
        return text
    }

    private func checkLength(_ count: Int, field: String) throws(ArgumentError) {
        let most = maximumItems ?? Self.greatestLength
        guard count > most else { return }
        throw ArgumentError(
            field: field,
            message: "must have at most \(most) \(most == 1 ? "element" : "elements"), "
                + "and has \(count)"
        )
    }

    private func checkRange(_ number: Double, field: String) throws(ArgumentError) {
        let isTooSmall = minimum.map { number < $0 } ?? false
        let isTooLarge = maximum.map { number > $0 } ?? false
        guard isTooSmall || isTooLarge else { return }
        let range =
            switch (minimum, maximum) {
            case (let low?, let high?):
                "from \(Self.show(.number(low))) to \(Self.show(.number(high)))"
            case (let low?, nil): "at least \(Self.show(.number(low)))"
            case (nil, let high?): "at most \(Self.show(.number(high)))"
            case (nil, nil): "a number"
            }
        throw ArgumentError(
            field: field,
            message: "must be \(range), and is \(Self.show(.number(number)))"
        )
    }

    private func wrongType(
        _ value: JSONValue,
        expected: ArgumentType,
        field: String
    ) -> ArgumentError {
        ArgumentError(
            field: field,
            message: "must be \(Self.phrase(expected)), and is \(Self.phrase(value))"
        )
    }

    private static func show(_ value: JSONValue) -> String { value.description }

    private static func phrase(_ type: ArgumentType) -> String {
        switch type {
        case .string: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .path: "a path below the data folder, as a string"
        case .list: "a list"
        case .object: "an object"
        }
    }

    private static func phrase(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer, .number: "the number \(value)"
        case .decimal: "the number \(value), which 64 bits do not hold: give it as a string"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The paths in a checked value, each with its place, such as `[2]`.
    func paths(in value: JSONValue) -> [(place: String, path: String)] {
        switch (type, items) {
        case (.path, _): [("", value.stringValue ?? "")]
        case (.list, .path):
            (value.arrayValue ?? []).enumerated().map { ("[\($0)]", $1.stringValue ?? "") }
        default: []
        }
    }
}
