/// The standard genetic code, also for codons that are not fully known.
struct GeneticCode: Sendable {
    static let stop = UInt8(ascii: "*")
    static let unknown = UInt8(ascii: "X")

    /// The amino acids of all codons; the first base changes slowest, in the order T, C, A, G.
    private static let aminoAcids = Array(
        "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG".utf8
    )

    /// For each letter the bases that it may stand for: a bit each for T, C, A, G.
    private static let baseBits: [UInt8] = {
        var bits = [UInt8](repeating: 0b1111, count: 256)
        let letters = [
            "T": 1, "U": 1, "C": 2, "A": 4, "G": 8, "R": 12, "Y": 3, "S": 10, "W": 5, "K": 9,
            "M": 6,
            "B": 11, "D": 13, "H": 7, "V": 14,
        ]
        for (letter, set) in letters {
            for letter in letter.utf8 {
                bits[Int(letter)] = UInt8(set)
                bits[Int(letter | 0x20)] = UInt8(set)
            }
        }
        return bits
    }()

    /// The amino acid of three sets of bases, at 256 times the first, 16 times the second, the third.
    private static let translations: [UInt8] = (0..<4096).map { codon in
        var found: UInt8?
        for index in 0..<64 {
            let isMember =
                codon >> (8 + index >> 4) & 1 & (codon >> (4 + index >> 2 & 3))
                & (codon >> (index & 3))
            guard isMember == 1 else { continue }
            guard found == nil || found == aminoAcids[index] else { return unknown }
            found = aminoAcids[index]
        }
        return found ?? unknown
    }

    private static let complements: [UInt8] = {
        var complements = (0...255).map { UInt8($0) }
        for (one, other) in zip("ACGTURYSWKMBDHVN".utf8, "TGCAAYRSWMKVHDBN".utf8) {
            complements[Int(one)] = other
            complements[Int(one | 0x20)] = other | 0x20
        }
        return complements
    }()

    /// Translates a sequence; what is left of a codon at its end is dropped.
    ///
    /// - Parameters:
    ///   - sequence: The bases.
    ///   - frame: Where the first codon begins: 0, 1 or 2.
    /// - Returns: Amino acids, `*` for a stop, `X` for what is not known.
    static func translate(_ sequence: [UInt8], frame: Int) -> [UInt8] {
        var protein: [UInt8] = []
        protein.reserveCapacity(sequence.count / 3)
        var index = frame
        while index + 2 < sequence.count {
            let codon =
                Int(baseBits[Int(sequence[index])]) << 8
                | Int(baseBits[Int(sequence[index + 1])]) << 4
                | Int(baseBits[Int(sequence[index + 2])])
            protein.append(translations[codon])
            index += 3
        }
        return protein
    }

    /// The other strand, read in its own direction.
    ///
    /// - Parameter sequence: One strand.
    /// - Returns: The other.
    static func reverseComplement(_ sequence: [UInt8]) -> [UInt8] {
        sequence.reversed().map { complements[Int($0)] }
    }
}
