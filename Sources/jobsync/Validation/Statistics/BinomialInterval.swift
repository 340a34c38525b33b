import Foundation

/// How many of how many, and between which shares the true one probably lies.
struct BinomialShare: Hashable, Sendable {
    /// How many there were of what was counted.
    let count: Int
    /// Of how many.
    let total: Int

    /// The share; nil of nothing.
    var share: Double? { total > 0 ? Double(count) / Double(total) : nil }

    /// The 95 % confidence interval by Wilson's score (1927); nil of nothing.
    ///
    /// Of the usual intervals it is the one that holds what it says for shares near 0 and 1 and for small numbers
    /// (Brown, Cai and DasGupta, 2001), which is where those of a validation lie.
    var interval: ClosedRange<Double>? {
        guard let share else { return nil }
        let z = Self.quantile
        let n = Double(total)
        let centre = share + z * z / (2 * n)
        let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        // Rounding must not put 0 of n or n of n outside its own interval.
        let low = min(max((centre - reach) / scale, 0), share)
        let high = max(min((centre + reach) / scale, 1), share)
        return low...high
    }

    /// Of the normal distribution, for 95 % between both ends.
    static let quantile = 1.959963984540054
}
