import JSON
import Testing

@Suite("JSON: numbers")
struct NumberTests {
    @Test(
        "Every number comes back as it was, or in another notation of the same",
        arguments: [
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775809", "-9223372036854775809"),
            ("-9.223372036854775808e18", "-9.223372036854775808e18"),
            ("9007199254740993", "9007199254740993"), ("9007199254740993.0", "9007199254740993.0"),
            ("1.0", "1"), ("1e2", "100"), ("0.10", "0.1"), ("-0.0", "0"), ("-0", "0"),
            ("0.1234567890123456", "0.1234567890123456"), ("1e23", "1e+23"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"), ("5e-324", "5e-324"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("3.0000000000000004", "3.0000000000000004"),
            ("0.300000000000000040", "0.30000000000000004"), ("0e999", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] as [(String, String)]
    )
    func nothingIsRounded(text: String, written: String) throws {
        #expect(try JSONValue(parsing: text).description == written)
    }

    @Test("The corners of 64 bits are written, however they are held")
    func corners() {
        #expect(JSONValue.integer(.min).description == "-9223372036854775808")
        #expect(JSONValue.number(-0x1p63).description == "-9.223372036854776e+18")
        #expect(JSONValue.number(0x1p63).description == "9.223372036854776e+18")
        #expect(JSONValue.number(0x1p53 - 1).description == "9007199254740991")
        #expect(JSONValue.number(-.greatestFiniteMagnitude).integerValue == nil)
        #expect(JSONValue.number(-0x1p63).integerValue == .min)
    }

    @Test("What is asked for as a number is the nearest one, or none")
    func nearest() throws {
        #expect(try JSONValue(parsing: "18446744073709551616").numberValue == 0x1p64)
        #expect(try JSONValue(parsing: "18446744073709551616").integerValue == nil)
        #expect(try JSONValue(parsing: "1e400").numberValue == nil)
        #expect(try JSONValue(parsing: "1e-400").numberValue == 0)
    }

    @Test("Equality looks at the value and never rounds")
    func equality() throws {
        #expect(JSONValue.integer(9_007_199_254_740_993) != .number(0x1p53))
        #expect(JSONValue.integer(9_007_199_254_740_992) == .number(0x1p53))
        #expect(JSONValue.integer(.max) != .number(0x1p63))
        #expect(try JSONValue(parsing: "1e400") != JSONValue(parsing: "1e401"))
        #expect(try JSONValue(parsing: "1e400") == JSONValue(parsing: "1e400"))
    }
}
