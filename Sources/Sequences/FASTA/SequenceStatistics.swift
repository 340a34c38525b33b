/// What is counted over the sequences of a file.
///
/// All sequences count, the last one too. Upper and lower case are the same. Of
/// the nucleotides a, t, g, c and n are counted each; any other letter or sign (IUPAC
/// codes such as R, the U of RNA, gaps) counts as part of the length, and in `other`.
public struct SequenceStatistics: Hashable, Sendable {
    /// How many sequences there are.
    public private(set) var count = 0
    /// The length of all sequences together.
    public private(set) var totalLength = 0
    /// The length of the longest sequence.
    public private(set) var maximumLength = 0
    /// The length of the shortest sequence.
    public private(set) var minimumLength = 0
    /// How often each of the nucleotides occurs.
    public private(set) var nucleotides = NucleotideCounts()

    private var currentLength = 0
    private var byteCounts = [Int](repeating: 0, count: 256)

    /// Makes statistics of no sequence.
    public init() {}

    /// The mean length of a sequence; 0 if there is none.
    public var meanLength: Double {
        count > 0 ? Double(totalLength) / Double(count) : 0
    }

    /// Takes in the beginning of a sequence.
    public mutating func beginSequence() {
        endSequence()
        count += 1
    }

    /// Takes in a part of a sequence.
    ///
    /// - Parameters:
    ///   - range: Where the part lies.
    ///   - bytes: The bytes in which it lies.
    public mutating func add(_ range: Range<Int>, of bytes: [UInt8]) {
        currentLength += range.count
        let part = bytes.span.extracting(range)
        var counts = byteCounts.mutableSpan
        for index in part.indices { counts[Int(part[index])] &+= 1 }
    }

    /// How many letters and signs came so far.
    var lettersSoFar: Int { byteCounts.reduce(0, &+) }

    /// How many of them are A, C, G, T, U, N or X.
    var nucleotidesSoFar: Int {
        "ACGTUNXacgtunx".utf8.reduce(0) { $0 + byteCounts[Int($1)] }
    }

    /// Takes in the end of the file.
    public mutating func finish() {
        endSequence()
        func both(_ letter: Unicode.Scalar) -> Int {
            byteCounts[Int(letter.value)] + byteCounts[Int(letter.value ^ 0x20)]
        }
        nucleotides = NucleotideCounts(
            a: both("a"),
            t: both("t"),
            g: both("g"),
            c: both("c"),
            n: both("n")
        )
        nucleotides.other = totalLength - nucleotides.sum
    }

    private mutating func endSequence() {
        guard count > 0 else { return }
        totalLength += currentLength
        maximumLength = max(maximumLength, currentLength)
        minimumLength = count == 1 ? currentLength : min(minimumLength, currentLength)
        currentLength = 0
    }
}

/// How often each nucleotide occurs.
public struct NucleotideCounts: Hashable, Sendable {
    /// Adenine.
    public var a = 0
    /// Thymine.
    public var t = 0
    /// Guanine.
    public var g = 0
    /// Cytosine.
    public var c = 0
    /// Any nucleotide.
    public var n = 0
    /// Whatever else stands in the sequences.
    public var other = 0

    /// Makes counts.
    ///
    /// - Parameters:
    ///   - a: Adenine.
    ///   - t: Thymine.
    ///   - g: Guanine.
    ///   - c: Cytosine.
    ///   - n: Any nucleotide.
    ///   - other: Whatever else stands in the sequences.
    public init(a: Int = 0, t: Int = 0, g: Int = 0, c: Int = 0, n: Int = 0, other: Int = 0) {
        self.a = a
        self.t = t
        self.g = g
        self.c = c
        self.n = n
        self.other = other
    }

    /// All of them together.
    public var sum: Int { a + t + g + c + n + other }
}
