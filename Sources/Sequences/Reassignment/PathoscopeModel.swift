import Glibc

/// The mixture of references that explains the reads best, found by expectation and maximization.
///
/// Reads that fit one reference are certain; the others are shared among their references by how
/// well they fit (`y`), by the references' shares of all reads (`pi`) and of the uncertain ones (`theta`).
struct PathoscopeModel {
    /// Scores are stretched to weights from 1 to e^100.
    private static let steepness = 100.0
    private static let maximumIterations = 50
    private static let smallestChange = 1e-7

    private let rows: PathoscopeRows
    /// For each entry how well the read fits the reference.
    private var y: [Double] = []
    /// For each row the greatest weight in it.
    private var weights: [Double] = []
    /// The rows with at least two entries.
    private var uncertain: [Int] = []
    /// For each reference the weight of the reads that fit no other.
    private var certainWeights: [Double]
    private var certainTotal = 0.0
    private var uncertainTotal = 0.0

    /// For each entry the read's share that the reference gets; 1 where it is the only one.
    private(set) var x: [Double] = []
    /// For each reference its share of all reads.
    private(set) var pi: [Double]
    /// The same after the first iteration.
    private(set) var initialPi: [Double]
    private(set) var iterations = 0

    /// How many reads fit at least two references.
    var uncertainCount: Int { uncertain.count }

    init(_ rows: PathoscopeRows) {
        self.rows = rows
        let count = rows.references.count
        certainWeights = [Double](repeating: 0, count: count)
        pi = [Double](repeating: 1 / Double(max(count, 1)), count: count)
        initialPi = pi
        rescale()
        weigh()
    }

    private mutating func rescale() {
        let greatest = rows.scores.max() ?? 0
        let least = min(0, rows.scores.min() ?? 0)
        let range = Double(greatest) - Double(least)
        y = rows.scores.map { exp(Self.steepness * (Double($0) - Double(least)) / range) }
    }

    private mutating func weigh() {
        x = [Double](repeating: 1, count: y.count)
        for row in 0..<rows.count {
            let entries = rows.starts[row]..<rows.starts[row + 1]
            var sum = 0.0
            var greatest = 0.0
            for entry in entries {
                sum += y[entry]
                greatest = max(greatest, y[entry])
            }
            weights.append(greatest)
            if entries.count == 1 {
                certainWeights[Int(rows.columns[entries.lowerBound])] += greatest
                certainTotal += greatest
            } else {
                uncertain.append(row)
                uncertainTotal += greatest
                for entry in entries { x[entry] = y[entry] / sum }
            }
        }
    }

    /// Iterates until the shares stay.
    mutating func maximize() {
        var theta = pi
        let total = certainTotal + uncertainTotal
        let divisor = uncertainTotal > 0 ? uncertainTotal : 1
        while iterations < Self.maximumIterations, total > 0 {
            let shared = share(pi.indices.map { pi[$0] * theta[$0] })
            var change = 0.0
            for reference in pi.indices {
                let new = (shared[reference] + certainWeights[reference]) / total
                change += abs(new - pi[reference])
                pi[reference] = new
                theta[reference] = shared[reference] / divisor
            }
            iterations += 1
            if iterations == 1 { initialPi = pi }
            if change <= Self.smallestChange || uncertain.count <= 1 { return }
        }
    }

    /// Shares the uncertain reads among their references.
    ///
    /// - Parameter prior: For each reference how likely it is before a read is seen.
    /// - Returns: For each reference the weight that it got.
    private mutating func share(_ prior: [Double]) -> [Double] {
        var totals = [Double](repeating: 0, count: prior.count)
        // Copies of references to what stays as it is, while `x` is changed.
        let (rows, uncertain, y, weights) = (rows, uncertain, y, weights)
        let starts = rows.starts.span
        let columns = rows.columns.span
        var shares = x.mutableSpan
        var got = totals.mutableSpan
        for row in uncertain {
            let entries = starts[row]..<starts[row + 1]
            var sum = 0.0
            for entry in entries {
                let share = prior[Int(columns[entry])] * y[entry]
                shares[entry] = share
                sum += share
            }
            let weight = weights[row]
            for entry in entries {
                let share = sum == 0 ? 0 : shares[entry] / sum
                shares[entry] = share
                got[Int(columns[entry])] += share * weight
            }
        }
        return totals
    }

    /// Counts for which reference each read speaks most.
    func bestHits() -> PathoscopeBestHits {
        var hits = PathoscopeBestHits(references: rows.references.count)
        for row in 0..<rows.count {
            let entries = rows.starts[row]..<rows.starts[row + 1]
            guard entries.count > 1 else {
                hits.reads[Int(rows.columns[entries.lowerBound])] += 1
                hits.high[Int(rows.columns[entries.lowerBound])] += 1
                continue
            }
            var greatest = 0.0
            var ties = 0
            for entry in entries {
                if x[entry] > greatest {
                    greatest = x[entry]
                    ties = 1
                } else if x[entry] == greatest {
                    ties += 1
                }
            }
            for entry in entries where x[entry] == greatest {
                let reference = Int(rows.columns[entry])
                hits.reads[reference] += 1 / Double(ties)
                if greatest >= PathoscopeBestHits.highShare {
                    hits.high[reference] += 1
                } else if greatest >= PathoscopeBestHits.lowShare {
                    hits.low[reference] += 1
                }
            }
        }
        return hits
    }

    /// For each reference the reads that speak for no other more, by their numbers in the matrix.
    func bestReads() -> [[Int32]] {
        var reads = [[Int32]](repeating: [], count: rows.references.count)
        for row in 0..<rows.count {
            let entries = rows.starts[row]..<rows.starts[row + 1]
            let read = rows.alignments[rows.alignmentStarts[row]].read
            let greatest = entries.reduce(0) { max($0, x[$1]) }
            for entry in entries where x[entry] == greatest {
                reads[Int(rows.columns[entry])].append(read)
            }
        }
        return reads
    }
}

/// For each reference how many reads speak for it more than for any other.
struct PathoscopeBestHits {
    /// A read whose share is that great speaks for the reference clearly.
    static let highShare = 0.5
    /// A read whose share is smaller does not speak for the reference.
    static let lowShare = 0.01

    /// Reads; those that speak for several equally count in parts.
    var reads: [Double]
    /// Reads with a high share.
    var high: [Int]
    /// Reads with a low share.
    var low: [Int]

    init(references: Int) {
        reads = [Double](repeating: 0, count: references)
        high = [Int](repeating: 0, count: references)
        low = high
    }
}
