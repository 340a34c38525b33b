/// Counts over the reads of a FASTQ file, from which `ReadQuality` is computed.
public struct QualityStatistics: Sendable {
    /// Cycles beyond are left out of what is told cycle by cycle: nanopore reads have millions.
    public static let maximumCycles = 1000

    /// How many reads there are.
    public private(set) var count = 0

    private(set) var minimumLength = Int.max
    private(set) var maximumLength = 0
    /// How often each quality sign occurs, `Self.signs` numbers for each cycle.
    private(set) var signCounts: [Int] = []
    /// How often each base occurs, `Self.bases` numbers for each cycle: others, G, A, T, C.
    private(set) var baseCounts: [Int] = []
    /// The same after the last cycle that is told.
    private(set) var furtherBaseCounts = [Int](repeating: 0, count: Self.bases)
    /// The least sign after the last cycle that is told.
    private(set) var leastFurtherSign = UInt8.max
    /// How many reads have a mean sign, cut to a whole number.
    private(set) var meanSignCounts = [Int](repeating: 0, count: Self.signs)

    static let signs = 128
    static let bases = 8

    private static let baseCodes: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) & 0xDF {
        case UInt8(ascii: "G"): 1
        case UInt8(ascii: "A"): 2
        case UInt8(ascii: "T"): 3
        case UInt8(ascii: "C"): 4
        default: 0
        }
    }

    /// Makes statistics of no read.
    public init() {}

    /// How many cycles are told.
    var cycles: Int { min(maximumLength, Self.maximumCycles) }

    /// Takes in a read.
    ///
    /// - Parameters:
    ///   - record: The read.
    ///   - bytes: The bytes in which it lies.
    public mutating func add(_ record: FASTQRecord, of bytes: [UInt8]) {
        let length = record.sequence.count
        count += 1
        minimumLength = min(minimumLength, length)
        if length > maximumLength { lengthen(to: length) }
        guard length > 0 else { return }

        let sequence = bytes.span.extracting(record.sequence)
        let quality = bytes.span.extracting(record.quality)
        let told = min(length, Self.maximumCycles)
        var sum = addQualities(quality, told)
        addBases(sequence, told)
        if told < length { sum += addFurther(sequence, quality, from: told) }
        meanSignCounts[sum / length] += 1
    }

    private mutating func addQualities(_ quality: Span<UInt8>, _ told: Int) -> Int {
        var counts = signCounts.mutableSpan
        var sum = 0
        var row = 0
        for cycle in 0..<told {
            let sign = Int(quality[cycle])
            sum &+= sign
            counts[row &+ sign] &+= 1
            row &+= Self.signs
        }
        return sum
    }

    private mutating func addBases(_ sequence: Span<UInt8>, _ told: Int) {
        let codes = Self.baseCodes.span
        var counts = baseCounts.mutableSpan
        var row = 0
        for cycle in 0..<told {
            counts[row &+ Int(codes[Int(sequence[cycle])])] &+= 1
            row &+= Self.bases
        }
    }

    private mutating func addFurther(
        _ sequence: Span<UInt8>,
        _ quality: Span<UInt8>,
        from told: Int
    ) -> Int {
        var sum = 0
        for cycle in told..<sequence.count {
            furtherBaseCounts[Int(Self.baseCodes[Int(sequence[cycle])])] += 1
            leastFurtherSign = min(leastFurtherSign, quality[cycle])
            sum += Int(quality[cycle])
        }
        return sum
    }

    private mutating func lengthen(to length: Int) {
        maximumLength = length
        let missing = cycles - signCounts.count / Self.signs
        signCounts.append(contentsOf: repeatElement(0, count: missing * Self.signs))
        baseCounts.append(contentsOf: repeatElement(0, count: missing * Self.bases))
    }
}
