extension ReadQuality {
    /// Computes what is told of one file.
    ///
    /// - Parameters:
    ///   - statistics: What was counted.
    ///   - encoding: How qualities are written; guessed as FastQC does if nil.
    public init(_ statistics: QualityStatistics, encoding: QualityEncoding? = nil) {
        self.init(statistics, as: encoding ?? QualityEncoding(leastSign: statistics.leastSign))
    }

    /// Computes what is told of two files of mates.
    ///
    /// - Parameters:
    ///   - first: What was counted in the first.
    ///   - second: What was counted in the second.
    ///   - encoding: How qualities are written; guessed as FastQC does if nil.
    public init(
        _ first: QualityStatistics,
        _ second: QualityStatistics,
        encoding: QualityEncoding? = nil
    ) {
        // One sequencer wrote both: a file of few reads alone may lack the telling signs.
        let leastSign = min(first.leastSign, second.leastSign)
        let encoding = encoding ?? QualityEncoding(leastSign: leastSign)
        self.init(first, as: encoding)
        average(with: ReadQuality(second, as: encoding))
    }

    private init(_ statistics: QualityStatistics, as encoding: QualityEncoding) {
        count = statistics.count
        self.encoding = encoding
        length = min(statistics.minimumLength, statistics.maximumLength)...statistics.maximumLength
        bases = []
        composition = []
        var total = BaseCounts(statistics.furtherBaseCounts[...])
        for cycle in 0..<statistics.cycles {
            let counts = BaseCounts(statistics.baseCounts.row(cycle, QualityStatistics.bases))
            total.add(counts)
            composition.append(counts.composition)
            let signs = statistics.signCounts.row(cycle, QualityStatistics.signs)
            bases.append(Cycle(signs, offset: encoding.offset))
        }
        gc = total.sum > 0 ? Double((total.g + total.c) * 100 / total.sum) : 0
        sequences = [Int](repeating: 0, count: Self.maximumMean)
        for (sign, reads) in statistics.meanSignCounts.enumerated() where reads > 0 {
            sequences[min(max(sign - encoding.offset, 0), Self.maximumMean - 1)] += reads
        }
    }

    private mutating func average(with other: ReadQuality) {
        count += other.count
        length =
            min(
                length.lowerBound,
                other.length.lowerBound
            )...max(
                length.upperBound,
                other.length.upperBound
            )
        gc = (gc + other.gc) / 2
        bases = Self.average(bases, other.bases) { $0.average(with: $1) }
        composition = Self.average(composition, other.composition) { $0.average(with: $1) }
        for (mean, reads) in other.sequences.enumerated() { sequences[mean] += reads }
    }

    /// Cycles that one file has and the other has not are taken as they are.
    private static func average<Element>(
        _ first: [Element],
        _ second: [Element],
        _ average: (inout Element, Element) -> Void
    ) -> [Element] {
        var result = first
        for (index, element) in second.enumerated() {
            if index < result.count {
                average(&result[index], element)
            } else {
                result.append(element)
            }
        }
        return result
    }
}

extension QualityStatistics {
    /// The least sign that occurs; that of quality 0 if there is none.
    fileprivate var leastSign: UInt8 {
        var least = leastFurtherSign
        for (place, count) in signCounts.enumerated() where count > 0 {
            least = min(least, UInt8(place % Self.signs))
        }
        return least == .max ? 33 : least
    }
}

extension ReadQuality.Cycle {
    fileprivate init(_ counts: ArraySlice<Int>, offset: Int) {
        let counts = counts.dropFirst(offset)
        let count = counts.reduce(0, +)
        var sum = 0
        for (quality, number) in counts.enumerated() { sum += quality * number }
        mean = count > 0 ? Double(sum) / Double(count) : 0
        func percentile(_ percent: Int) -> Double {
            guard count > ReadQuality.tooFewForPercentiles else { return mean }
            let wanted = count * percent / 100
            var seen = 0
            for (quality, number) in counts.enumerated() {
                seen += number
                if seen >= wanted { return Double(quality) }
            }
            return mean
        }
        median = percentile(50)
        lowerQuartile = percentile(25)
        upperQuartile = percentile(75)
        percentile10 = percentile(10)
        percentile90 = percentile(90)
    }

    fileprivate mutating func average(with other: Self) {
        mean = (mean + other.mean) / 2
        median = (median + other.median) / 2
        lowerQuartile = (lowerQuartile + other.lowerQuartile) / 2
        upperQuartile = (upperQuartile + other.upperQuartile) / 2
        percentile10 = (percentile10 + other.percentile10) / 2
        percentile90 = (percentile90 + other.percentile90) / 2
    }
}

extension ReadQuality.Composition {
    fileprivate mutating func average(with other: Self) {
        g = (g + other.g) / 2
        a = (a + other.a) / 2
        t = (t + other.t) / 2
        c = (c + other.c) / 2
    }
}

/// How often the bases occur.
private struct BaseCounts {
    var g: Int
    var a: Int
    var t: Int
    var c: Int

    /// Reads a row of `QualityStatistics.baseCounts`.
    init(_ row: ArraySlice<Int>) {
        let start = row.startIndex
        g = row[start + 1]
        a = row[start + 2]
        t = row[start + 3]
        c = row[start + 4]
    }

    var sum: Int { g + a + t + c }

    mutating func add(_ other: BaseCounts) {
        g += other.g
        a += other.a
        t += other.t
        c += other.c
    }

    var composition: ReadQuality.Composition {
        guard sum > 0 else { return ReadQuality.Composition() }
        func percent(_ count: Int) -> Double { 100 * Double(count) / Double(sum) }
        return ReadQuality.Composition(g: percent(g), a: percent(a), t: percent(t), c: percent(c))
    }
}

extension [Int] {
    fileprivate func row(_ number: Int, _ width: Int) -> ArraySlice<Int> {
        self[number * width..<(number + 1) * width]
    }
}
