extension JSONValue {
    /// Reads a document strictly by RFC 8259.
    ///
    /// - Parameters:
    ///   - bytes: The document as UTF-8, with nothing but white space around it.
    ///   - maximumDepth: How deep arrays and objects may be nested.
    /// - Throws: What was wrong and at which byte. Unlike the RFC, which leaves
    ///   it open, two members of one name are an error.
    public init(
        parsing bytes: [UInt8],
        maximumDepth: Int = 32
    ) throws(JSONParseError) {
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
        self = try parser.parseDocument()
    }

    /// Reads a document from text, strictly by RFC 8259.
    ///
    /// - Parameters:
    ///   - text: The document.
    ///   - maximumDepth: How deep arrays and objects may be nested.
    /// - Throws: What was wrong and at which byte of the text's UTF-8.
    public init(
        parsing text: some StringProtocol,
        maximumDepth: Int = 32
    ) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    var position = 0
    var depth = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    func failure(_ reason: JSONParseError.Reason, at offset: Int? = nil) -> JSONParseError {
        JSONParseError(reason: reason, offset: offset ?? position)
    }

    /// What is wrong with the byte at the position, or with there being none.
    func unexpected() -> JSONParseError {
        position < bytes.count
            ? failure(.unexpectedByte(bytes[position])) : failure(.unexpectedEnd)
    }

    mutating func parseDocument() throws(JSONParseError) -> JSONValue {
        let value = try parseValue()
        skipWhiteSpace()
        guard position == bytes.count else { throw failure(.trailingBytes) }
        return value
    }

    mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func parseValue() throws(JSONParseError) -> JSONValue {
        skipWhiteSpace()
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw unexpected()
        }
    }

    mutating func parseWord(
        _ word: StaticString,
        _ value: JSONValue
    ) throws(JSONParseError) -> JSONValue {
        for byte in word.description.utf8 {
            guard position < bytes.count, bytes[position] == byte else { throw unexpected() }
            position += 1
        }
        return value
    }

    mutating func descend() throws(JSONParseError) {
        depth += 1
        guard depth <= maximumDepth else { throw failure(.tooDeep(limit: maximumDepth)) }
        position += 1
        skipWhiteSpace()
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func parseArray() throws(JSONParseError) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try parseValue())
            skipWhiteSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    mutating func parseObject() throws(JSONParseError) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var members: JSONObject = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipWhiteSpace()
            let start = position
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw unexpected()
            }
            let name = try parseString()
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected() }
            let value = try parseValue()
            guard members.updateValue(value, forKey: name) == nil else {
                throw failure(.duplicateName(name), at: start)
            }
            skipWhiteSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }
}

// MARK: - Strings

extension JSONParser {
    /// Reads a string; the position is at its opening quote.
    mutating func parseString() throws(JSONParseError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try decode(bytes[start..<position], at: start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                return try parseEscapedString(from: start)
            case let byte where byte < 0x20:
                throw failure(.controlCharacter(byte))
            default:
                position += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    func decode(
        _ slice: some Sequence<UInt8>,
        at offset: Int
    ) throws(JSONParseError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw failure(.invalidUnicode, at: offset)
        }
        return text
    }

    /// Reads on from the first backslash, copying.
    mutating func parseEscapedString(from start: Int) throws(JSONParseError) -> String {
        var buffer = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try decode(buffer, at: start)
            case UInt8(ascii: "\\"): try parseEscape(into: &buffer)
            case 0..<0x20: throw failure(.controlCharacter(byte), at: position - 1)
            default: buffer.append(byte)
            }
        }
        throw failure(.unexpectedEnd)
    }

    mutating func parseEscape(into buffer: inout [UInt8]) throws(JSONParseError) {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"): buffer.append(contentsOf: String(try parseScalar()).utf8)
        default: throw failure(.invalidEscape, at: position - 1)
        }
    }

    /// Reads the digits behind `\u`, and the second half of a surrogate pair.
    mutating func parseScalar() throws(JSONParseError) -> Character {
        let start = position - 2
        var value = UInt32(try parseHexadecimal())
        if (0xD800..<0xDC00).contains(value) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw failure(.invalidUnicode, at: start)
            }
            let low = UInt32(try parseHexadecimal())
            guard (0xDC00..<0xE000).contains(low) else {
                throw failure(.invalidUnicode, at: start)
            }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw failure(.invalidUnicode, at: start)
        }
        return Character(scalar)
    }

    mutating func parseHexadecimal() throws(JSONParseError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw failure(.unexpectedEnd) }
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw failure(.invalidEscape)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
