/// The words of 12 bases that a read has, each as a number: four bases fit a byte.
///
/// Words with anything but A, C, G, T and U are passed over.
struct ReadWords: Sequence, IteratorProtocol {
    /// How many bases a word has.
    static let length = 12

    private static let codes: [UInt32] = (0...255).map { byte in
        switch UInt8(byte) & 0xDF {
        case UInt8(ascii: "A"): 0
        case UInt8(ascii: "C"): 1
        case UInt8(ascii: "G"): 2
        case UInt8(ascii: "T"), UInt8(ascii: "U"): 3
        default: 4
        }
    }

    private let bases: ArraySlice<UInt8>
    private var index: Int
    private var word: UInt32 = 0
    /// How many bases in a row are known.
    private var known = 0

    /// Begins with a read.
    ///
    /// - Parameter bases: Its bases, in either case.
    init(_ bases: ArraySlice<UInt8>) {
        self.bases = bases
        index = bases.startIndex
    }

    /// The next word.
    ///
    /// - Returns: The word, and how many bases stand before it; nil after the last.
    mutating func next() -> (word: UInt32, place: Int)? {
        while index < bases.endIndex {
            let code = Self.codes[Int(bases[index])]
            index += 1
            known = code < 4 ? known + 1 : 0
            word = (word << 2 | code & 3) & 0xFF_FFFF
            if known >= Self.length { return (word, index - bases.startIndex - Self.length) }
        }
        return nil
    }

    /// The first word of a sequence that has one.
    static func first(of sequence: String) -> UInt32? {
        var words = ReadWords(Array(sequence.utf8)[...])
        return words.next()?.word
    }
}
