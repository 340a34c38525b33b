extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String { String(decoding: encoded, as: UTF8.self) }

    /// The value as compact JSON in UTF-8.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(json: self)
        return bytes
    }
}

/// Writing JSON piece by piece, for documents of a fixed shape.
extension [UInt8] {
    /// Appends a value as compact JSON.
    public mutating func append(json value: JSONValue) {
        switch value {
        case .null: append(contentsOf: "null".utf8)
        case .bool(let value): append(json: value)
        case .integer(let value): append(json: value)
        case .number(let value): append(json: value)
        case .decimal(let value): append(contentsOf: value.text.utf8)
        case .string(let value): append(json: value)
        case .array(let elements):
            append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                append(json: element)
            }
            append(UInt8(ascii: "]"))
        case .object(let members): append(json: members)
        }
    }

    /// Appends an object as compact JSON, its members in their order.
    public mutating func append(json members: JSONObject) {
        append(UInt8(ascii: "{"))
        var isFirst = true
        for (name, value) in members {
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            append(json: name)
            append(UInt8(ascii: ":"))
            append(json: value)
        }
        append(UInt8(ascii: "}"))
    }

    /// Appends `true` or `false`.
    public mutating func append(json value: Bool) {
        append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Appends a whole number.
    public mutating func append(json value: Int) {
        append(contentsOf: String(value).utf8)
    }

    /// Appends a number in the shortest form that reads back equal; what JSON has no word for (infinity, not a number) becomes `null`.
    public mutating func append(json value: Double) {
        guard value.isFinite else {
            append(contentsOf: "null".utf8)
            return
        }
        if value.magnitude < 0x1p53, let whole = Int(exactly: value) {
            append(json: whole)
        } else {
            append(contentsOf: value.description.utf8)
        }
    }

    /// Appends a string in quotes, escaping what must be escaped.
    public mutating func append(json value: String) {
        append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): append(contentsOf: #"\\"#.utf8)
            case 0x0A: append(contentsOf: #"\n"#.utf8)
            case 0x0D: append(contentsOf: #"\r"#.utf8)
            case 0x09: append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                append(contentsOf: byte < 0x10 ? #"\u000"#.utf8 : #"\u00"#.utf8)
                append(contentsOf: String(byte, radix: 16).utf8)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
