extension JSONParser {
    mutating func skipDigits() throws(JSONParseError) {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        guard position > start else { throw unexpected() }
    }

    mutating func parseNumber() throws(JSONParseError) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try skipDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole {
            return Int(text).map { .integer($0) } ?? .decimal(JSONDecimal(text: text))
        }
        if let number = Double(text), number.isFinite, Self.isExact(bytes[start..<position], number)
        {
            return .number(number)
        }
        return .decimal(JSONDecimal(text: text))
    }

    /// Whether a double says all that the number's text said: what is written for it has the same digits.
    private static func isExact(_ text: ArraySlice<UInt8>, _ number: Double) -> Bool {
        // Fifteen digits always come back as they were, while the exponent is no extreme one.
        if text.count <= 15, number.isNormal { return true }
        return DecimalDigits(text) == DecimalDigits(number.description.utf8)
    }
}
