import Testing

@testable import jobsync

@Suite("Tables")
struct TableTests {
    static let table: Table = {
        var table = Table(columns: [
            Table.Column(title: "ID"),
            Table.Column(title: "N", isRightAligned: true),
            Table.Column(title: "TEXT", shrinksTo: 6, dispensability: 1),
            Table.Column(title: "EXTRA", dispensability: 2),
        ])
        table.rows = [
            [Table.Cell("a1"), Table.Cell("10"), Table.Cell("a long text here"), Table.Cell("x")],
            [Table.Cell("b"), Table.Cell("5"), Table.Cell(""), Table.Cell("yy", .red)],
        ]
        return table
    }()

    @Test("Are as wide as they are where nobody limits them")
    func natural() {
        #expect(
            Self.table.lines(width: nil, hasColour: false) == [
                "ID   N  TEXT              EXTRA",
                "a1  10  a long text here  x",
                "b    5                    yy",
            ]
        )
    }

    @Test("First cut texts down, then leave columns out, and always fit", arguments: 1...40)
    func fit(width: Int) {
        let lines = Self.table.lines(width: width, hasColour: false)
        #expect(lines.count == 3)
        for line in lines { #expect(line.columns <= max(width, 7), "\(line)") }
        switch width {
        case 21...: #expect(lines[0].hasSuffix("EXTRA"))
        case 14...20:
            #expect(lines[0].contains("TEXT"))
            #expect(!lines[0].contains("EXTRA"))
        case 6...13: #expect(lines[1] == "a1  10")
        default: break
        }
    }

    @Test("Show looks only where they are wanted, and do not count them as text")
    func colour() {
        #expect(Self.table.lines(width: nil, hasColour: true)[2].hasSuffix("\u{1B}[31myy\u{1B}[0m"))
        #expect(!Self.table.lines(width: 30, hasColour: false).joined().contains("\u{1B}"))
    }

    @Test("A job's text cannot move the cursor or change the terminal")
    func controls() {
        let cell = Table.Cell("a\u{1B}[2Jb\nc\u{9B}d\u{7F}")
        #expect(cell.text == "a [2Jb c d ")
    }

    @Test(
        "Texts are measured in columns",
        arguments: [("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("🧬", 2), ("", 0)]
    )
    func columns(text: String, width: Int) {
        #expect(text.columns == width)
    }

    @Test("Texts are cut at a column, with a mark")
    func truncation() {
        #expect("abcdef".truncated(to: 6) == "abcdef")
        #expect("abcdef".truncated(to: 4) == "abc…")
        #expect("日本語".truncated(to: 4) == "日…")
        #expect("abc".truncated(to: 0) == "")
    }
}
