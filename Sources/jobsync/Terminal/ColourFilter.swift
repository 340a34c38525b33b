/// Takes the colours out of a log that comes in pieces.
struct ColourFilter {
    /// The beginning of a colour whose end is in the next piece.
    private var rest = ""

    /// The next piece without its colours.
    mutating func removed(from piece: String) -> String {
        guard !rest.isEmpty || piece.utf8.contains(0x1B) else { return piece }
        var text = (rest + piece).replacing(/\u{1B}\[[0-9:;]*m/, with: "")
        rest = ""
        if let begin = text.wholeMatch(of: /(?s)(.*)(\u{1B}(\[[0-9:;]*)?)/) {
            rest = String(begin.2)
            text = String(begin.1)
        }
        return text
    }
}
