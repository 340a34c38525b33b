/// Tells whether each name of a table is that of one read, or of one of each mate.
///
/// Alignments are brought together with reads by names: reads of one name would be taken for one, and one
/// that an aligner calls by another name would be missing, both without a word.
public struct ReadCensus: Sendable {
    /// For each name, by its number, which mates were seen.
    private var seen: [UInt8]

    /// How many names were seen.
    public private(set) var count = 0
    /// The number of a name that several reads have, if there is one.
    public private(set) var repeated: Int?

    /// Prepares for the names of a table.
    ///
    /// - Parameter names: How many names there are.
    public init(names: Int) { seen = [UInt8](repeating: 0, count: names) }

    /// Takes in a read.
    ///
    /// - Parameters:
    ///   - number: The number of its name.
    ///   - mate: Which file it stands in.
    public mutating func add(_ number: Int, _ mate: Mate) {
        let bit: UInt8 = mate == .first ? 1 : 2
        if seen[number] == 0 { count += 1 }
        if seen[number] & bit != 0, repeated == nil { repeated = number }
        seen[number] |= bit
    }

    /// The number of a name that no read has; nil if each has one.
    public var missing: Int? { seen.firstIndex(of: 0) }
}
