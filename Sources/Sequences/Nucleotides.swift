/// The letters that nucleotides are written with.
public enum Nucleotides {
    /// For each byte how aligners take it: A, C, G or T, of either case and U as T, and N for all else.
    static let certain: [UInt8] = (0...255).map { byte in
        guard let letter = normalized(UInt8(byte)), "ACGT".utf8.contains(letter) else {
            return UInt8(ascii: "N")
        }
        return letter
    }

    private static let table: [UInt8?] = {
        var table = [UInt8?](repeating: nil, count: 256)
        for letter in "ACGTUNRYSWKMBDHV".utf8 {
            let normal = letter == UInt8(ascii: "U") ? UInt8(ascii: "T") : letter
            table[Int(letter)] = normal
            table[Int(letter | 0x20)] = normal
        }
        return table
    }()

    /// A letter in upper case and as DNA.
    ///
    /// - Parameter byte: The letter.
    /// - Returns: The letter of IUPAC that it stands for; nil if it stands for no nucleotide.
    public static func normalized(_ byte: UInt8) -> UInt8? { table[Int(byte)] }
}
