/// How much of a job is done.
public enum Progress {
    /// The progress of a job in one of its stages: `round((number + fraction) / (count + 2), 3)`.
    ///
    /// So the third to fifth of five stages begin at 0.429, 0.571 and 0.714.
    ///
    /// - Parameters:
    ///   - number: The stage, counted from 1.
    ///   - count: How many stages there are.
    ///   - fraction: How much of the stage is done, from 0 to 1.
    /// - Returns: A share of the whole job, to three decimals.
    public static func atStage(_ number: Int, of count: Int, fraction: Double = 0) -> Double {
        let clamped = min(max(fraction, 0), 1)
        return rounded((Double(number) + clamped) / (Double(count) + 2))
    }

    /// A share to three decimals, and within 0 and 1.
    public static func rounded(_ share: Double) -> Double {
        guard share.isFinite else { return 0 }
        return Double(Int(min(max(share, 0), 1) * 1000 + 0.5)) / 1000
    }
}
