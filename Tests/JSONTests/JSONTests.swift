import JSON
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "Writes what it read",
        arguments: [
            "null", "true", "false", "0", "-1", "9223372036854775807", "0.143", "1e-07",
            #""""#, #""a\"b\\c\n""#, #""é😀""#, "[]", "[1,[2,[3]]]", "{}",
            #"{"b":1,"a":{"c":null}}"#,
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test("Reads escapes")
    func escapes() throws {
        let value = try JSONValue(parsing: #""\u0041\u00e9\ud83d\ude00\/\b\f\r\t""#)
        #expect(value == .string("Aé😀/\u{8}\u{c}\r\t"))
    }

    @Test("Escapes control characters")
    func controlCharacters() throws {
        let value = JSONValue.string("\u{1}\u{1f}")
        #expect(value.description == #""\u0001\u001f""#)
        #expect(try JSONValue(parsing: value.description) == value)
    }

    @Test(
        "Refuses what is not JSON, and says where",
        arguments: [
            ("", .unexpectedEnd, 0),
            ("[1,", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte(UInt8(ascii: "]")), 3),
            ("{\"a\" 1}", .unexpectedByte(UInt8(ascii: "1")), 5),
            ("{a:1}", .unexpectedByte(UInt8(ascii: "a")), 1),
            ("01", .trailingBytes, 1),
            ("1 2", .trailingBytes, 2),
            ("+1", .unexpectedByte(UInt8(ascii: "+")), 0),
            (".5", .unexpectedByte(UInt8(ascii: ".")), 0),
            ("1.", .unexpectedEnd, 2),
            ("tru", .unexpectedEnd, 3),
            ("NaN", .unexpectedByte(UInt8(ascii: "N")), 0),
            ("\"a\nb\"", .controlCharacter(10), 2),
            (#""\x""#, .invalidEscape, 2),
            (#""\u12g4""#, .invalidEscape, 5),
            (#""\ud800""#, .invalidUnicode, 1),
            (#""\udc00""#, .invalidUnicode, 1),
            (#"{"a":1,"a":2}"#, .duplicateName("a"), 7),
            ("\"abc", .unexpectedEnd, 4),
        ] as [(String, JSONParseError.Reason, Int)]
    )
    func refusals(text: String, reason: JSONParseError.Reason, offset: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        #expect(error?.reason == reason)
        #expect(error?.offset == offset)
    }

    @Test("Refuses bytes that are not UTF-8")
    func invalidUnicode() {
        let error = #expect(throws: JSONParseError.self) {
            try JSONValue(parsing: [0x22, 0xFF, 0x22])
        }
        #expect(error?.reason == .invalidUnicode)
    }

    @Test("Bounds the nesting")
    func depth() throws {
        let fits = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        _ = try JSONValue(parsing: fits)
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: "[\(fits)]") }
        #expect(error?.reason == .tooDeep(limit: 32))
        let bomb = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: bomb) }
    }

    @Test("Equality is of meaning: the order of members and the kind of number do not count")
    func equality() throws {
        let left = try JSONValue(parsing: #"{"a":1,"b":[2.0]}"#)
        let right = try JSONValue(parsing: #"{"b":[2],"a":1}"#)
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(try JSONValue(parsing: #"{"a":1}"#) != left)
    }

    @Test("Numbers that JSON has no word for are written as null")
    func nonFinite() {
        #expect(JSONValue.number(.infinity).description == "null")
        #expect(JSONValue.number(.nan).description == "null")
    }
}
