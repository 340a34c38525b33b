import JSON
import JobTasks

/// Reads the description of one argument.
struct ArgumentReader {
    private static let keys = [
        "type", "required", "description", "default", "enum", "min", "max", "items", "max_items",
    ]

    private let value: YAMLValue
    private let name: String
    private let members: [String: YAMLValue]

    init(_ value: YAMLValue, name: String) {
        self.value = value
        self.name = name
        members = value.members(known: Self.keys) ?? [:]
    }

    func read() -> ArgumentDescription {
        if !TaskDescription.isName(name, leadingUnderscore: true) {
            value.refuse("its name must be lower-case letters, digits and _")
        }
        var argument = ArgumentDescription(name: name, type: type(members["type"]) ?? .string)
        if members["type"] == nil, !members.isEmpty {
            value.refuse("type is missing; there are \(Self.names(ArgumentType.allCases))")
        }
        argument.isRequired = members["required"]?.boolean() ?? false
        argument.description = members["description"]?.text() ?? ""
        readRange(into: &argument)
        readItems(into: &argument)
        readMaximumItems(into: &argument)
        readAllowedValues(into: &argument)
        readDefault(into: &argument)
        return argument
    }

    private func type(_ value: YAMLValue?) -> ArgumentType? {
        guard let value, let word = value.text() else { return nil }
        guard let type = ArgumentType(rawValue: word) else {
            value.refuse("there is no type \(word); there are \(Self.names(ArgumentType.allCases))")
            return nil
        }
        return type
    }

    private func readRange(into argument: inout ArgumentDescription) {
        for (key, place) in [("min", \ArgumentDescription.minimum), ("max", \.maximum)] {
            guard let value = members[key] else { continue }
            if argument.type != .integer, argument.type != .number {
                value.refuse("is only for integer and number")
            }
            argument[keyPath: place] = value.number()
        }
        if let minimum = argument.minimum, let maximum = argument.maximum, minimum > maximum {
            members["min"]?.refuse("is more than max")
        }
    }

    private func readItems(into argument: inout ArgumentDescription) {
        guard let value = members["items"] else { return }
        guard argument.type == .list else {
            value.refuse("is only for list")
            return
        }
        argument.items = type(value)
        if argument.items == .list || argument.items == .object {
            value.refuse("must be \(Self.names(ArgumentType.allCases.filter { $0.isScalar }))")
            argument.items = nil
        }
    }

    private func readMaximumItems(into argument: inout ArgumentDescription) {
        guard let value = members["max_items"] else { return }
        guard argument.type == .list else {
            value.refuse("is only for list")
            return
        }
        let allowed = 1...ArgumentDescription.greatestLength
        guard let count = value.json.integerValue, allowed.contains(count) else {
            value.refuse("must be a whole number from 1 to \(allowed.upperBound)")
            return
        }
        argument.maximumItems = count
    }

    private func readAllowedValues(into argument: inout ArgumentDescription) {
        guard let value = members["enum"], let list = value.list() else { return }
        if list.isEmpty { value.refuse("must have at least one value") }
        for element in list { check(element, for: argument) }
        argument.allowedValues = list.map(\.json)
    }

    private func readDefault(into argument: inout ArgumentDescription) {
        guard let value = members["default"] else { return }
        if argument.isRequired {
            value.refuse("is never used, because the argument is required")
        }
        check(value, for: argument)
        argument.defaultValue = value.json
    }

    private func check(_ value: YAMLValue, for argument: ArgumentDescription) {
        do {
            _ = try argument.check(value.json)
        } catch {
            value.refuse(error.message)
        }
    }

    private static func names(_ types: [ArgumentType]) -> String {
        types.map(\.rawValue).joined(separator: ", ")
    }
}

extension ArgumentType {
    fileprivate var isScalar: Bool { self != .list && self != .object }
}
