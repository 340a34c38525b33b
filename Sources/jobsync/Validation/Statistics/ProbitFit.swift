import Foundation

/// How the chance of detection grows with the logarithm of a dose: a probit regression (Finney, 1971).
///
/// The maximum of the likelihood is found by Fisher's scoring, which is least squares iteratively weighted anew
/// (McCullagh and Nelder, 1989). A limit of detection by it is what CLSI EP17-A2 asks of molecular tests.
struct ProbitFit: Sendable {
    /// One dose that was tried once.
    struct Trial: Hashable, Sendable {
        /// More than 0.
        let dose: Double
        let isDetected: Bool
    }

    /// Why there is no curve.
    enum Obstacle: Error, Hashable {
        /// Nothing was tried at two doses.
        case tooFew
        /// All was detected, down to this dose.
        case allDetected(from: Double)
        /// Nothing was, up to this dose.
        case noneDetected(upTo: Double)
        /// All above one dose were detected, and none below: any steep curve fits.
        case separated(lastMissed: Double, firstDetected: Double)
        /// Higher doses are not detected more often.
        case noTrend
    }

    /// The chance at a dose is that of the normal distribution up to `intercept + slope · log10(dose)`.
    let intercept: Double
    let slope: Double
    /// Of both, and between them.
    let variances: (intercept: Double, slope: Double, both: Double)

    /// Fits a curve.
    ///
    /// - Parameter trials: What was tried.
    /// - Throws: Why there is none.
    init(_ trials: [Trial]) throws(Obstacle) {
        let trials = trials.filter { $0.dose > 0 && $0.dose.isFinite }
        let hits = trials.filter(\.isDetected).map(\.dose)
        let misses = trials.filter { !$0.isDetected }.map(\.dose)
        guard let low = trials.map(\.dose).min(), let high = trials.map(\.dose).max(), low < high
        else { throw .tooFew }
        guard let firstHit = hits.min() else { throw .noneDetected(upTo: high) }
        guard let lastMiss = misses.max() else { throw .allDetected(from: low) }
        guard lastMiss >= firstHit else {
            throw .separated(lastMissed: lastMiss, firstDetected: firstHit)
        }
        var line = Line(intercept: 0, slope: 0)
        var sums = Sums()
        for step in 0..<100 {
            sums = Sums()
            for trial in trials {
                let x = log10(trial.dose)
                let y = trial.isDetected ? 1.0 : 0
                // The first step starts from where the data are, pulled to the middle.
                let eta = step == 0 ? (y - 0.5) : line.intercept + line.slope * x
                let mean = min(max(Self.cumulative(eta), 1e-12), 1 - 1e-12)
                let density = max(Self.density(eta), 1e-12)
                let weight = density * density / (mean * (1 - mean))
                sums.add(x, eta + (y - mean) / density, weight)
            }
            guard let next = sums.line else { throw .tooFew }
            let change = abs(next.intercept - line.intercept) + abs(next.slope - line.slope)
            line = next
            if step > 0, change < 1e-10 * (1 + abs(line.slope)) { break }
        }
        guard line.slope > 0, line.slope.isFinite, line.intercept.isFinite else { throw .noTrend }
        intercept = line.intercept
        slope = line.slope
        variances = sums.variances
    }

    /// The dose that is detected with this chance, with its 95 % confidence interval.
    ///
    /// - Parameter probit: The quantile of the normal distribution for the chance; that of 95 % if left out.
    /// - Returns: The dose, and the interval by the delta method on the scale of logarithms.
    func dose(probit: Double = ProbitFit.of95) -> (dose: Double, interval: ClosedRange<Double>) {
        let place = (probit - intercept) / slope
        let variance =
            (variances.intercept + 2 * place * variances.both + place * place * variances.slope)
            / (slope * slope)
        let reach = BinomialShare.quantile * max(variance, 0).squareRoot()
        return (pow(10, place), pow(10, place - reach)...pow(10, place + reach))
    }

    /// The quantile of the normal distribution for 95 %.
    static let of95 = 1.6448536269514722

    private static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    private static func density(_ x: Double) -> Double {
        exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    }

    private struct Line {
        var intercept: Double
        var slope: Double
    }

    /// What weighted least squares need.
    private struct Sums {
        var w = 0.0
        var wx = 0.0
        var wxx = 0.0
        var wz = 0.0
        var wxz = 0.0

        mutating func add(_ x: Double, _ z: Double, _ weight: Double) {
            w += weight
            wx += weight * x
            wxx += weight * x * x
            wz += weight * z
            wxz += weight * x * z
        }

        private var determinant: Double { w * wxx - wx * wx }

        var line: Line? {
            guard determinant > 0 else { return nil }
            return Line(
                intercept: (wxx * wz - wx * wxz) / determinant,
                slope: (w * wxz - wx * wz) / determinant
            )
        }

        var variances: (intercept: Double, slope: Double, both: Double) {
            (wxx / determinant, w / determinant, -wx / determinant)
        }
    }
}
