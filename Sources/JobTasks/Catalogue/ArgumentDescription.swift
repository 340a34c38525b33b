public import JSON
public import JobModel

/// What kind of value an argument takes.
public enum ArgumentType: String, Hashable, Sendable, CaseIterable {
    /// Any text without a zero byte.
    case string
    /// A whole number.
    case integer
    /// Any number.
    case number
    /// True or false.
    case boolean
    /// A file or folder below the data folder, relative to it.
    case path
    /// Values of one type.
    case list
    /// Anything that JSON can say.
    case object
}

/// One argument of a task: its name and which values it takes.
public struct ArgumentDescription: Hashable, Sendable {
    /// The name, as in `args.NAME`.
    public var name: String
    /// What kind of value it takes.
    public var type: ArgumentType
    /// Whether a job cannot be made without it.
    public var isRequired: Bool
    /// What it is for, in words for people.
    public var description: String
    /// What it is when it is left out.
    public var defaultValue: JSONValue?
    /// The only values that it may have.
    public var allowedValues: [JSONValue]?
    /// The smallest number that it may be.
    public var minimum: Double?
    /// The largest number that it may be.
    public var maximum: Double?
    /// The type of a list's elements; any scalar or path, strings if nil.
    public var items: ArgumentType?
    /// How many elements a list may have; ``greatestLength`` if nil.
    public var maximumItems: Int?
    /// What kept thing a string, or each of a list, names, which must be there when the job is made.
    public var names: DataKind?

    /// Describes an argument.
    ///
    /// - Parameters:
    ///   - name: The name, as in `args.NAME`.
    ///   - type: What kind of value it takes.
    ///   - isRequired: Whether a job cannot be made without it.
    ///   - description: What it is for, in words for people.
    ///   - defaultValue: What it is when it is left out.
    ///   - allowedValues: The only values that it may have.
    ///   - minimum: The smallest number that it may be.
    ///   - maximum: The largest number that it may be.
    ///   - items: The type of a list's elements.
    ///   - maximumItems: How many elements a list may have.
    ///   - names: What kept thing a string names.
    public init(
        name: String,
        type: ArgumentType,
        isRequired: Bool = false,
        description: String = "",
        defaultValue: JSONValue? = nil,
        allowedValues: [JSONValue]? = nil,
        minimum: Double? = nil,
        maximum: Double? = nil,
        items: ArgumentType? = nil,
        maximumItems: Int? = nil,
        names: DataKind? = nil
    ) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.description = description
        self.defaultValue = defaultValue
        self.allowedValues = allowedValues
        self.minimum = minimum
        self.maximum = maximum
        self.items = items
        self.maximumItems = maximumItems
        self.names = names
    }

    /// How many elements a list may have at most, whatever a task's author would allow.
    public static let greatestLength = 1000

    /// The description as `tasks.list` shows it.
    public var document: JSONObject {
        var document: JSONObject = [
            "name": .string(name),
            "type": .string(type.rawValue),
            "required": .bool(isRequired),
            "description": .string(description),
        ]
        document["default"] = defaultValue
        document["enum"] = allowedValues.map { .array($0) }
        document["min"] = minimum.map { .number($0) }
        document["max"] = maximum.map { .number($0) }
        document["items"] = items.map { .string($0.rawValue) }
        if type == .list {
            document["max_items"] = .integer(maximumItems ?? Self.greatestLength)
        }
        document["names"] = names.map { .string($0.rawValue) }
        return document
    }
}

/// Why an argument is refused.
public struct ArgumentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which one, such as `args.file` or `args.reads[2]`.
    public let field: String
    /// What is wrong with it and what is allowed.
    public let message: String

    /// Refuses an argument.
    ///
    /// - Parameters:
    ///   - field: Which one, such as `args.file`.
    ///   - message: What is wrong with it and what is allowed.
    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    /// A sentence for people.
    public var description: String { "\(field): \(message)" }
}
