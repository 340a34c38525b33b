/// Header fields in their order, found without regard to upper and lower case.
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
    private var fields: [(name: String, value: String)] = []

    /// Makes an empty list.
    public init() {}

    /// Makes a list of the fields of a literal.
    /// - Parameter elements: names and values
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The value of the first field of a name; setting it replaces all fields of the name.
    public subscript(name: String) -> String? {
        get {
            fields.first { $0.name.isSameField(as: name) }?.value
        }
        set {
            fields.removeAll { $0.name.isSameField(as: name) }
            if let newValue {
                fields.append((name: name, value: newValue))
            }
        }
    }

    /// Appends a field, whether or not there is one of the same name (`Set-Cookie`).
    /// - Parameters:
    ///   - name: the field's name
    ///   - value: its value; must hold no line break
    public mutating func add(_ name: String, _ value: String) {
        fields.append((name: name, value: value))
    }

    /// Walks through the fields in their order.
    public func makeIterator() -> IndexingIterator<[(name: String, value: String)]> {
        fields.makeIterator()
    }

    /// Compares names as written, and values.
    public static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
        left.fields.elementsEqual(right.fields) { $0 == $1 }
    }
}

extension String {
    /// Compares two ASCII names without regard to case.
    func isSameField(as other: String) -> Bool {
        utf8.count == other.utf8.count
            && utf8.elementsEqual(other.utf8) { left, right in
                left == right
                    || (left | 0x20 == right | 0x20
                        && UInt8(ascii: "a")...UInt8(ascii: "z") ~= left | 0x20)
            }
    }
}
