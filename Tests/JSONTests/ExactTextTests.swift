import JSON
import Testing

@Suite("JSON: text is told apart by its bytes")
struct ExactTextTests {
    /// Each two look the same, and to Swift they are equal.
    static let twins: [(String, String)] = [
        ("caf\u{E9}", "cafe\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}"), ("\u{C5}", "\u{212B}"),
        ("a\u{323}\u{307}", "a\u{307}\u{323}"), ("\u{AC00}", "\u{1100}\u{1161}"),
    ]

    @Test("Strings", arguments: twins)
    func strings(one: String, other: String) {
        #expect(one == other)
        #expect(!one.isExactly(other))
        #expect(one.isExactly(String(decoding: Array(one.utf8), as: UTF8.self)))
        #expect(JSONValue.string(one) != .string(other))
        #expect(Set([JSONValue.string(one), .string(other), .string(one)]).count == 2)
        #expect(ExactText(one) < ExactText(other) || ExactText(other) < ExactText(one))
    }

    @Test("Names of members", arguments: twins)
    func names(one: String, other: String) throws {
        var object = try JSONValue(parsing: #"{"\#(one)":1,"\#(other)":2}"#).objectValue ?? [:]
        #expect(object.count == 2)
        #expect(object[one] == 1)
        #expect(object[other] == 2)
        #expect(object.removeValue(forKey: one) == 1)
        #expect(object.map(\.key).elementsEqual([other]) { $0.isExactly($1) })
        #expect(JSONValue.object([one: 1]) != .object([other: 1]))
        #expect(throws: JSONParseError.self) {
            try JSONValue(parsing: #"{"\#(one)":1,"\#(one)":2}"#)
        }
    }

    @Test("Names of members when there are many")
    func manyNames() throws {
        let names = (0..<40).flatMap { ["\u{E9}\($0)", "e\u{301}\($0)"] }
        let text = "{" + names.enumerated().map { #""\#($1)":\#($0)"# }.joined(separator: ",") + "}"
        let object = try JSONValue(parsing: text)
        for (place, name) in names.enumerated() { #expect(object[name] == .integer(place)) }
        #expect(object.description == text)
    }
}
