/// One line at the bottom of the terminal that is written over again and again.
///
/// Standard error, so that what is printed can be handed on; nothing where that is no terminal.
struct ProgressLine {
    private var shown = ""

    /// Shows a text in place of the one before.
    mutating func show(_ text: String) {
        guard Terminal.isError, text != shown else { return }
        shown = text
        let line = text.printable.truncated(to: Terminal.size.columns - 1)
        Output.diagnostic("\r\u{1B}[K\(line)")
    }

    /// Removes the line.
    mutating func clear() {
        guard !shown.isEmpty else { return }
        shown = ""
        Output.diagnostic("\r\u{1B}[K")
    }
}
