extension BSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Makes `null`.
    public init(nilLiteral: ()) { self = .null }

    /// Makes a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// Makes a whole number of 64 bits.
    public init(integerLiteral value: Int64) { self = .int64(value) }

    /// Makes a number.
    public init(floatLiteral value: Double) { self = .double(value) }

    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// Makes an array.
    public init(arrayLiteral elements: BSONValue...) { self = .array(elements) }

    /// Makes a document of the fields in their order.
    public init(dictionaryLiteral fields: (String, BSONValue)...) {
        self = .document(
            BSONDocument { writer in
                for (key, value) in fields { writer.append(value, for: key) }
            }
        )
    }
}
