import Sequences

/// The letters of a sequence of a reference.
enum Letters {
    /// A whole sequence in upper case and as DNA.
    ///
    /// - Parameters:
    ///   - text: The sequence.
    ///   - id: What it is called.
    /// - Returns: The sequence as it is kept.
    /// - Throws: What is wrong with it.
    static func normalized(_ text: String, of id: String) throws(LettersProblem) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            guard let letter = Nucleotides.normalized(byte) else {
                throw .letter(byte, of: id, at: "position \(letters.count + 1)")
            }
            letters.append(letter)
        }
        try check(letters, of: id)
        return String(decoding: letters, as: UTF8.self)
    }

    /// Checks that reads can be mapped to a sequence.
    static func check(_ letters: [UInt8], of id: String) throws(LettersProblem) {
        let bases = letters.count { "ACGT".utf8.contains($0) }
        guard bases > 0 else {
            throw LettersProblem(
                "'\(id)' has no A, C, G or T, only N and the like: no read can be mapped to it; "
                    + "leave it out, or give the sequence itself"
            )
        }
        // A protein may happen to be written with letters that stand for nucleotides too.
        let unsure = letters.count { $0 != UInt8(ascii: "N") } - bases
        guard letters.count < 60 || 2 * unsure < letters.count else {
            throw LettersProblem(
                "'\(id)' is hardly made of A, C, G and T: this looks like a protein, and a "
                    + "reference is made of nucleotides"
            )
        }
    }
}

/// What is wrong with the letters of a sequence, in a sentence.
struct LettersProblem: Error, Hashable {
    let message: String

    init(_ message: String) { self.message = message }

    /// A letter that stands for no nucleotide.
    static func letter(_ byte: UInt8, of id: String, at place: String) -> LettersProblem {
        let isOfProteins = "EFIJLOPQXZ*".utf8.contains(byte & (byte >= 0x61 ? 0xDF : 0xFF))
        let shown = byte < 0x80 ? "\(Unicode.Scalar(byte))" : "byte 0x\(String(byte, radix: 16))"
        return LettersProblem(
            "'\(id)' holds '\(shown)' at \(place), which is no IUPAC letter for a nucleotide"
                + (isOfProteins
                    ? ": this looks like a protein, and a reference is made of nucleotides" : "")
        )
    }
}
