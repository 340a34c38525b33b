import Testing

@testable import jobsync

@Suite("Statistics of a validation")
struct ValidationStatisticsTests {
    @Test(
        "Wilson's interval, as others compute it",
        arguments: [
            // Newcombe, Stat Med 17:857 (1998), table I, method 3.
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
            (1, 29, 0.0061, 0.1718), (10, 10, 0.7225, 1),
        ]
    )
    func wilson(count: Int, total: Int, low: Double, high: Double) throws {
        let interval = try #require(BinomialShare(count: count, total: total).interval)
        #expect(abs(interval.lowerBound - low) < 5e-5)
        #expect(abs(interval.upperBound - high) < 5e-5)
    }

    @Test("A share of nothing has none, and no interval")
    func nothing() {
        #expect(BinomialShare(count: 0, total: 0).share == nil)
        #expect(BinomialShare(count: 0, total: 0).interval == nil)
    }

    @Test("Probit regression of Bliss's beetles (1935) gives what R's glm does")
    func beetles() throws {
        let groups: [(logDose: Double, of: Int, dead: Int)] = [
            (1.6907, 59, 6), (1.7242, 60, 13), (1.7552, 62, 18), (1.7842, 56, 28),
            (1.8113, 63, 52), (1.8369, 59, 53), (1.8610, 62, 61), (1.8839, 60, 60),
        ]
        let trials = groups.flatMap { group in
            (0..<group.of).map {
                ProbitFit.Trial(dose: tenTo(group.logDose), isDetected: $0 < group.dead)
            }
        }
        let fit = try ProbitFit(trials)
        #expect(abs(fit.intercept - -34.935) < 0.01)
        #expect(abs(fit.slope - 19.728) < 0.01)
        #expect(abs(fit.variances.intercept.squareRoot() - 2.648) < 0.02)
        #expect(abs(fit.variances.slope.squareRoot() - 1.487) < 0.02)
        let limit = fit.dose()
        // (1.6449 + 34.935) / 19.728
        #expect(abs(limit.dose - tenTo(1.8542)) < 0.05)
        #expect(limit.interval.contains(limit.dose))
        #expect(limit.interval.lowerBound > tenTo(1.83) && limit.interval.upperBound < tenTo(1.88))
    }

    private func tenTo(_ power: Double) -> Double {
        var result = 1.0
        // e^(x ln 10), without the C library.
        var term = 1.0
        for n in 1..<60 {
            term *= power * 2.302585092994046 / Double(n)
            result += term
        }
        return result
    }

    private func trials(_ doses: [(Double, Bool)]) -> [ProbitFit.Trial] {
        doses.map { ProbitFit.Trial(dose: $0.0, isDetected: $0.1) }
    }

    @Test("Where there is no curve it is said why")
    func obstacles() {
        func obstacle(_ doses: [(Double, Bool)]) -> ProbitFit.Obstacle? {
            do throws(ProbitFit.Obstacle) {
                _ = try ProbitFit(trials(doses))
                return nil
            } catch { return error }
        }
        #expect(obstacle([]) == .tooFew)
        #expect(obstacle([(5, true), (5, false)]) == .tooFew)
        #expect(obstacle([(0, true), (-1, false), (.nan, true)]) == .tooFew)
        #expect(obstacle([(1, true), (5, true)]) == .allDetected(from: 1))
        #expect(obstacle([(1, false), (5, false)]) == .noneDetected(upTo: 5))
        #expect(
            obstacle([(1, false), (2, false), (5, true), (9, true)])
                == .separated(lastMissed: 2, firstDetected: 5)
        )
        #expect(obstacle([(1, true), (2, true), (5, false), (9, false)]) == .noTrend)
        #expect(obstacle([(1, false), (2, true), (2, false), (5, true)]) == nil)
    }
}
