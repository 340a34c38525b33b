import Testing

@testable import JobSync

@Suite("Rate limiter")
struct RateLimiterTests {
    @Test("Lets a burst through, then so many a second, and says how long to wait")
    func rate() {
        let start = ContinuousClock().now
        var limiter = RateLimiter(perSecond: 10, now: start)
        for _ in 0..<20 { #expect(limiter.take(now: start) == nil) }
        #expect(limiter.take(now: start) == .milliseconds(100))
        #expect(limiter.take(now: start + .milliseconds(100)) == nil)
        #expect(limiter.take(now: start + .milliseconds(110)) != nil)
        for _ in 0..<20 { #expect(limiter.take(now: start + .seconds(60)) == nil) }
        #expect(limiter.take(now: start + .seconds(60)) != nil)
    }

    @Test("Without a limit everything passes")
    func unlimited() {
        let start = ContinuousClock().now
        var limiter = RateLimiter(perSecond: 0, now: start)
        for _ in 0..<10_000 { #expect(limiter.take(now: start) == nil) }
    }
}
