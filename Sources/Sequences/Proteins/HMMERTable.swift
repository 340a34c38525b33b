/// A profile that was found in a protein, as `hmmscan --tblout` writes it.
public struct HMMERHit: Hashable, Sendable {
    /// The profile's name.
    public var profile: String
    /// The protein's name.
    public var query: String
    /// The E-value over all domains.
    public var fullE: Double
    /// The score over all domains.
    public var fullScore: Double
    /// How much of it was taken off for the sequence's bias.
    public var fullBias: Double
    /// The E-value of the best domain.
    public var bestE: Double
    /// The score of the best domain.
    public var bestScore: Double
    /// How much of it was taken off for the sequence's bias.
    public var bestBias: Double
}

/// Reads the table that `hmmscan --tblout` writes.
public enum HMMERTable {
    /// Reads a whole table.
    ///
    /// - Parameter text: The table.
    /// - Returns: The hits in the table's order.
    /// - Throws: Which line is no hit, or that the end is missing.
    public static func read(_ text: [UInt8]) throws(HMMERError) -> [HMMERHit] {
        var hits: [HMMERHit] = []
        var isComplete = false
        var number = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.first == UInt8(ascii: "#") {
                isComplete = line.elementsEqual("# [ok]".utf8)
            } else if !line.isEmpty {
                guard let hit = hit(line) else { throw .noHit(line: number) }
                hits.append(hit)
            }
        }
        guard isComplete else { throw .truncated }
        return hits
    }

    private static func hit(_ line: ArraySlice<UInt8>) -> HMMERHit? {
        let columns = line.split(separator: UInt8(ascii: " "), maxSplits: 18)
        guard columns.count == 19 else { return nil }
        func number(_ column: Int) -> Double? {
            // Neither infinity nor what is no number is one in JSON.
            Double(String(decoding: columns[column], as: UTF8.self)).flatMap {
                $0.isFinite ? $0 : nil
            }
        }
        guard let fullE = number(4), let fullScore = number(5), let fullBias = number(6),
            let bestE = number(7), let bestScore = number(8), let bestBias = number(9)
        else { return nil }
        return HMMERHit(
            profile: String(decoding: columns[0], as: UTF8.self),
            query: String(decoding: columns[2], as: UTF8.self),
            fullE: fullE,
            fullScore: fullScore,
            fullBias: fullBias,
            bestE: bestE,
            bestScore: bestScore,
            bestBias: bestBias
        )
    }
}

/// Why a text is not the table of `hmmscan`.
public enum HMMERError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A line is no hit.
    case noHit(line: Int)
    /// The end is missing.
    case truncated

    /// A sentence for people.
    public var description: String {
        switch self {
        case .noHit(let line): "line \(line) of the table of hmmscan is no hit"
        case .truncated: "the table of hmmscan has no end"
        }
    }
}
