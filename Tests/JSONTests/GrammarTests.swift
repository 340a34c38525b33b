import JSON
import Testing

/// The kinds of cases that the public JSONTestSuite knows, written anew.
@Suite("JSON: what the grammar allows")
struct GrammarTests {
    @Test("Takes what RFC 8259 says must be taken", arguments: GrammarCases.accepted)
    func accepted(text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(try JSONValue(parsing: value.description) == value)
    }

    @Test("Refuses what RFC 8259 says is no JSON", arguments: GrammarCases.refused)
    func refused(text: String) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    }

    @Test("Refuses bytes that are no JSON or no UTF-8", arguments: GrammarCases.refusedBytes)
    func refused(bytes: [UInt8]) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: bytes) }
    }

    @Test("What RFC 8259 leaves open is kept as it came", arguments: GrammarCases.kept)
    func kept(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test(
        "What RFC 8259 leaves open and nobody could hand on is refused",
        arguments: GrammarCases.open
    )
    func open(text: String, reason: JSONParseError.Reason) {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        #expect(error?.reason == reason)
    }

    @Test("No text is so nested or so long that it does harm")
    func extremes() {
        for bomb in ["[", #"{"":"#, #"[{"":"#] {
            let text = String(repeating: bomb, count: 100_000)
            #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        }
        let digits = String(repeating: "9", count: 1_000_000)
        #expect(throws: Never.self) { try JSONValue(parsing: digits) }
        #expect(throws: Never.self) { try JSONValue(parsing: "0.\(digits)e-\(digits)") }
    }
}
