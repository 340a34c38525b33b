/// What the reassignment found.
public struct PathoscopeResult: Hashable, Sendable {
    /// A reference that the reads may come from.
    public struct Hit: Hashable, Sendable {
        /// The reference's number.
        public var reference: Int
        /// What was found at the end.
        public var final: Share
        /// What was found before reads were reassigned.
        public var initial: Share
        /// The share of the reference's bases that at least one read covers, from 0 to 1.
        public var coverage: Double
        /// How many reads cover a base, on the mean.
        public var depth: Double
        /// The same for up to 200 parts of equal length, from the reference's start.
        public var depths: [Double]
        /// In how many places of it reads begin that got a share of it, up to 100; copies of one piece begin in the same.
        public var placements = 0
        /// The numbers, in the matrix, of the reads that fit no other reference better, in ascending order.
        public var bestReads: [Int32] = []
    }

    /// How much of the reads a reference gets.
    public struct Share: Hashable, Sendable {
        /// Its weight in the mixture.
        public var pi: Double
        /// The share of the reads that fit it best.
        public var best: Double
        /// How many reads fit it best; those that fit several equally count in parts.
        public var reads: Double
        /// How many of them fit it clearly, with a share of at least a half.
        public var high: Int
        /// How many of the others fit it at all, with a share of at least a hundredth.
        public var low: Int
    }

    /// How many reads were reassigned.
    public var readCount = 0
    /// How many of them fit more than one reference.
    public var uncertainCount = 0
    /// How many iterations it took.
    public var iterations = 0
    /// The references that are reported, the one with the greatest share first.
    public var hits: [Hit] = []

    /// Makes what is found among no reads.
    public init() {}
}

/// A reference to which reads were aligned.
public struct PathoscopeReference: Hashable, Sendable {
    /// Its name, by which the order is made.
    public var name: String
    /// How many bases it has.
    public var length: Int

    /// Makes a reference.
    ///
    /// - Parameters:
    ///   - name: Its name, by which the order is made.
    ///   - length: How many bases it has.
    public init(name: String, length: Int) {
        self.name = name
        self.length = length
    }
}

extension PathoscopeMatrix {
    /// Below, a reference for which no read speaks ends the report.
    private static let leastPi = 0.01

    /// Finds out from which references the reads come.
    ///
    /// - Parameter references: The references by their numbers.
    /// - Returns: What was found; no hits if no read is left.
    public func reassign(among references: [PathoscopeReference]) -> PathoscopeResult {
        let rows = PathoscopeRows(self, names: references.map(\.name))
        guard rows.count > 0 else { return PathoscopeResult() }
        var model = PathoscopeModel(rows)
        let before = model.bestHits()
        model.maximize()
        let after = model.bestHits()
        var result = PathoscopeResult()
        result.readCount = rows.count
        result.uncertainCount = model.uncertainCount
        result.iterations = model.iterations
        var depths = PathoscopeDepths(rows, lengths: rows.references.map { references[$0].length })
        depths.add(rows, shares: model.x)
        let placements = PathoscopePlacements(rows, shares: model.x)
        func share(
            _ place: Int,
            _ pi: [Double],
            _ hits: PathoscopeBestHits
        ) -> PathoscopeResult.Share {
            PathoscopeResult.Share(
                pi: pi[place],
                best: hits.reads[place] / Double(rows.count),
                reads: hits.reads[place],
                high: hits.high[place],
                low: hits.low[place]
            )
        }
        let bestReads = model.bestReads()
        // Places are in the order of names.
        for place in rows.references.indices.sorted(by: { (model.pi[$0], $0) > (model.pi[$1], $1) })
        {
            let final = share(place, model.pi, after)
            if final.pi < Self.leastPi, final.high == 0, final.low == 0 { break }
            let depth = depths.depth(of: place)
            result.hits.append(
                PathoscopeResult.Hit(
                    reference: rows.references[place],
                    final: final,
                    initial: share(place, model.initialPi, before),
                    coverage: depth.coverage,
                    depth: depth.mean,
                    depths: depth.parts,
                    placements: placements.counts[place],
                    bestReads: bestReads[place].sorted()
                )
            )
        }
        return result
    }
}
