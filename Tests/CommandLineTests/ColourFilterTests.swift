import Testing

@testable import jobsync

@Suite struct ColourFilterTests {
    @Test("Colours go, wherever they are cut, and nothing else")
    func pieces() {
        let text = "one \u{1B}[1;31mred\u{1B}[0m two\r\n\u{1B}[38;5;208mwarm\u{1B}[0m [31m end"
        let plain = "one red two\r\nwarm [31m end"
        let signs = Array(text.unicodeScalars)
        for cut in signs.indices {
            var filter = ColourFilter()
            let pieces = [signs[..<cut], signs[cut...]].map { part in
                String(String.UnicodeScalarView(part))
            }
            #expect(pieces.map { filter.removed(from: $0) }.joined() == plain, "\(cut)")
        }
    }
}
