/// A table that fits the terminal.
struct Table {
    /// One column's title and what may be done to make the table narrower.
    struct Column {
        let title: String
        var isRightAligned = false
        /// It may be cut down to so many columns of text; nil if it is shown whole or not at all.
        var shrinksTo: Int?
        /// Of the columns that may go, the one with the highest number goes first.
        var dispensability = 0
    }

    /// A text and its look.
    struct Cell {
        let text: String
        var style = TextStyle.plain

        init(_ text: String, _ style: TextStyle = .plain) {
            self.text = text.printable
            self.style = style
        }
    }

    private static let gap = 2

    let columns: [Column]
    var rows: [[Cell]] = []

    /// The table line by line, its titles first.
    ///
    /// - Parameters:
    ///   - width: How wide it may be; nil for as wide as it is.
    ///   - hasColour: Whether looks are shown.
    /// - Returns: The lines, without spaces at their ends.
    func lines(width: Int?, hasColour: Bool) -> [String] {
        let widths = fittingWidths(within: width)
        let shown = columns.indices.filter { widths[$0] != nil }
        func line(_ cells: [Cell]) -> String {
            var line = ""
            for index in shown {
                let width = widths[index] ?? 0
                let text = cells[index].text.truncated(to: width)
                let isLast = index == shown.last
                let isRight = columns[index].isRightAligned
                let padding = String(repeating: " ", count: max(0, width - text.columns))
                let styled = cells[index].style(text, hasColour: hasColour)
                line += isRight ? padding + styled : styled + (isLast ? "" : padding)
                if !isLast { line += String(repeating: " ", count: Self.gap) }
            }
            return line
        }
        return [line(columns.map { Cell($0.title, .bold) })] + rows.map(line)
    }

    /// How wide each column is; nil for one that is left out.
    private func fittingWidths(within limit: Int?) -> [Int?] {
        let natural = columns.indices.map { index in
            rows.reduce(columns[index].title.columns) { max($0, $1[index].text.columns) }
        }
        guard let limit else { return natural }
        var widths: [Int?] = natural
        func excess() -> Int {
            let shown = widths.compactMap(\.self)
            return shown.reduce(0, +) + Self.gap * max(0, shown.count - 1) - limit
        }
        func shrink() {
            widths = natural.indices.map { widths[$0] == nil ? nil : natural[$0] }
            while excess() > 0 {
                let shrinkable = columns.indices.filter { index in
                    guard let width = widths[index], let least = columns[index].shrinksTo
                    else { return false }
                    return width > max(least, columns[index].title.columns)
                }
                guard let widest = shrinkable.max(by: { (widths[$0] ?? 0) < (widths[$1] ?? 0) })
                else { return }
                widths[widest] = widths[widest].map { $0 - 1 }
            }
        }
        shrink()
        let dispensable = columns.indices.filter { columns[$0].dispensability > 0 }
            .sorted { columns[$0].dispensability > columns[$1].dispensability }
        for index in dispensable where excess() > 0 {
            widths[index] = nil
            shrink()
        }
        // Nothing more can go: what is left over at the right is cut off.
        for index in columns.indices.reversed() where excess() > 0 {
            widths[index] = widths[index].map { max(1, $0 - excess()) }
        }
        return widths
    }
}
