import OrderedCollections

/// The members of a JSON object, in the order in which they were written.
///
/// Names are told apart by their bytes, as every other program does; see ``ExactText``.
public struct JSONObject: Hashable, Sendable {
    private var members: OrderedDictionary<ExactText, JSONValue>

    /// Makes an object without members.
    public init() { members = [:] }

    /// Makes an object of members whose names differ.
    ///
    /// - Parameter members: The members, in order.
    /// - Precondition: No two names are of the same bytes.
    public init(uniqueKeysWithValues members: some Sequence<(key: String, value: JSONValue)>) {
        self.members = OrderedDictionary(
            uniqueKeysWithValues: members.lazy.map { (ExactText($0.key), $0.value) }
        )
    }

    /// Makes an object of members whose names need not differ.
    ///
    /// - Parameters:
    ///   - members: The members, in order.
    ///   - combine: Which value a name has that is there twice.
    public init(
        _ members: some Sequence<(String, JSONValue)>,
        uniquingKeysWith combine: (JSONValue, JSONValue) -> JSONValue
    ) {
        self.members = OrderedDictionary(
            members.lazy.map { (ExactText($0.0), $0.1) },
            uniquingKeysWith: combine
        )
    }

    /// The member of that name; a new one comes last, and nil removes it.
    public subscript(_ name: String) -> JSONValue? {
        get { members[ExactText(name)] }
        set { members[ExactText(name)] = newValue }
        _modify { yield &members[ExactText(name)] }
    }

    /// The names, in order.
    public var keys: [String] { members.keys.map(\.text) }

    /// The values, in order.
    public var values: [JSONValue] { Array(members.values) }

    /// Sets a member.
    ///
    /// - Parameters:
    ///   - value: Its value.
    ///   - name: Its name.
    /// - Returns: The value that it had.
    @discardableResult
    public mutating func updateValue(_ value: JSONValue, forKey name: String) -> JSONValue? {
        members.updateValue(value, forKey: ExactText(name))
    }

    /// Removes a member.
    ///
    /// - Parameter name: Its name.
    /// - Returns: The value that it had.
    @discardableResult
    public mutating func removeValue(forKey name: String) -> JSONValue? {
        members.removeValue(forKey: ExactText(name))
    }

    /// Takes the members of another object in.
    ///
    /// - Parameters:
    ///   - other: The other object.
    ///   - combine: Which value a name has that both have.
    public mutating func merge(
        _ other: JSONObject,
        uniquingKeysWith combine: (JSONValue, JSONValue) -> JSONValue
    ) {
        members.merge(other.members, uniquingKeysWith: combine)
    }

    /// This object with the members of another one taken in.
    ///
    /// - Parameters:
    ///   - other: The other object.
    ///   - combine: Which value a name has that both have.
    /// - Returns: The new object.
    public func merging(
        _ other: JSONObject,
        uniquingKeysWith combine: (JSONValue, JSONValue) -> JSONValue
    ) -> JSONObject {
        var result = self
        result.merge(other, uniquingKeysWith: combine)
        return result
    }

    /// The same names with other values.
    ///
    /// - Parameter transform: Makes a value of a value.
    /// - Returns: The new object.
    public func mapValues(_ transform: (JSONValue) -> JSONValue) -> JSONObject {
        var result = self
        for (name, value) in self { result[name] = transform(value) }
        return result
    }

    /// The members that are wanted, in their order.
    ///
    /// - Parameter isWanted: Whether a member is wanted.
    /// - Returns: The new object.
    public func filter(_ isWanted: (Element) -> Bool) -> JSONObject {
        JSONObject(uniqueKeysWithValues: lazy.filter(isWanted))
    }

    /// Whether both objects have equal members, in whatever order.
    public func hasSameMembers(as other: JSONObject) -> Bool {
        count == other.count && members.allSatisfy { other.members[$0.key] == $0.value }
    }
}

extension JSONObject: RandomAccessCollection {
    /// A member.
    public typealias Element = (key: String, value: JSONValue)

    /// The place of the first member.
    public var startIndex: Int { 0 }
    /// The place behind the last member.
    public var endIndex: Int { members.count }

    /// The member at a place.
    public subscript(_ place: Int) -> (key: String, value: JSONValue) {
        let (name, value) = members.elements[place]
        return (name.text, value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object; of members with the same name the last one counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements, uniquingKeysWith: { $1 })
    }
}
