/// A local alignment that `blastn` found.
public struct BLASTHit: Hashable, Sendable {
    /// What was looked for.
    public let query: String
    /// Where on it the alignment lies, counted from 0.
    public let range: Range<Int>
    /// What it is aligned with.
    public let subject: String
    /// How many letters are identical.
    public let identical: Int
    /// How many columns the alignment has, gaps included.
    public let length: Int
    /// The score in bits.
    public let score: Double
}

/// Reads the tables of `blastn`.
public enum BLASTTable {
    /// What `blastn` is told after `-outfmt`.
    public static let format = "6 qseqid sseqid nident length qstart qend bitscore"

    /// So large that no sequence is longer, and so small that the lengths of all alignments of a table have a sum.
    private static let greatest = 1 << 33

    /// Why a text is no such table.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line, counted from 1.
        public let line: Int

        /// A sentence for people.
        public var description: String { "line \(line) is not what blastn writes" }
    }

    /// Reads a table.
    ///
    /// - Parameter bytes: The whole of it.
    /// - Returns: The alignments in their order.
    /// - Throws: Which line is not of the form.
    public static func read(_ bytes: [UInt8]) throws(Problem) -> [BLASTHit] {
        var hits: [BLASTHit] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let cells = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard cells.count == 7, let identical = Int(cells[2]), let length = Int(cells[3]),
                let start = Int(cells[4]), let end = Int(cells[5]),
                let score = Double(cells[6].filter { $0 != " " }),
                1...greatest ~= start, start...greatest ~= end, identical >= 0,
                identical <= length, length <= greatest, score.isFinite
            else { throw Problem(line: index + 1) }
            hits.append(
                BLASTHit(
                    query: cells[0],
                    range: start - 1..<end,
                    subject: cells[1],
                    identical: identical,
                    length: length,
                    score: score
                )
            )
        }
        return hits
    }
}
