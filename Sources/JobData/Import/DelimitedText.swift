/// Lines of cells with tabs, semicolons or commas between them.
enum DelimitedText {
    /// Takes a table apart; cells may stand in quotation marks, which are doubled within them.
    ///
    /// - Parameter text: The table; what its first line has tells what stands between cells.
    /// - Returns: The lines that are not blank, each with its number, counted from 1.
    /// - Throws: `invalid` for a quotation mark that is never closed.
    static func lines(of text: String) throws(DataError) -> [(line: Int, cells: [String])] {
        let bytes = Array(text.utf8)
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let separator = separator(
            in: bytes[start...].prefix { $0 != lineFeed && $0 != carriageReturn }
        )
        var lines: [(line: Int, cells: [String])] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var number = 1
        var begun = 1
        var isQuoted = false
        var index = start
        func endLine() {
            cells.append(String(decoding: cell, as: UTF8.self))
            if cells.contains(where: { !$0.allSatisfy(\.isWhitespace) }) {
                lines.append((begun, cells))
            }
            (cells, cell) = ([], [])
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case quote where isQuoted && index < bytes.count && bytes[index] == quote:
                cell.append(quote)
                index += 1
            case quote where isQuoted: isQuoted = false
            case quote where cell.isEmpty: isQuoted = true
            case separator where !isQuoted:
                cells.append(String(decoding: cell, as: UTF8.self))
                cell = []
            case lineFeed:
                number += 1
                if isQuoted {
                    cell.append(byte)
                } else {
                    endLine()
                    begun = number
                }
            // Lines of Windows end with both, and those of old Macs with a return alone.
            case carriageReturn where !isQuoted && index < bytes.count && bytes[index] == lineFeed:
                break
            case carriageReturn where !isQuoted:
                number += 1
                endLine()
                begun = number
            default: cell.append(byte)
            }
        }
        guard !isQuoted else { throw IsolateTable.invalid("a quotation mark is not closed", begun) }
        endLine()
        return lines
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private static func separator(in head: ArraySlice<UInt8>) -> UInt8 {
        ["\t", ";", ","].map { UInt8(ascii: $0) }.first { head.contains($0) } ?? UInt8(ascii: ",")
    }
}
