extension String {
    /// How many columns the text takes on a terminal.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// The text without characters that would move the cursor or change the terminal.
    ///
    /// Messages of tools end up in tables and must not be able to draw there.
    var printable: String {
        String(map { $0.isControl ? " " : $0 })
    }

    /// At most so many columns of the text, with a mark where it was cut.
    func truncated(to width: Int) -> String {
        guard columns > width else { return self }
        guard width > 0 else { return "" }
        var text = ""
        var used = 0
        for character in self {
            guard used + character.columns < width else { break }
            text.append(character)
            used += character.columns
        }
        return text + "…"
    }

    /// The text filled up with spaces.
    func padded(to width: Int, isRightAligned: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - columns))
        return isRightAligned ? space + self : self + space
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    /// Two for the wide characters of East Asia and for emoji, else one.
    fileprivate var columns: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0..<0x1100: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
