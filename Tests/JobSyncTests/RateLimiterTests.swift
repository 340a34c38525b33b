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

    @Test("A costly call counts as several, and none counts as more than may come at once")
    func weight() {
        let start = ContinuousClock().now
        var limiter = RateLimiter(perSecond: 10, now: start)
        #expect(limiter.take(15, now: start) == nil)
        #expect(limiter.take(6, now: start) == .milliseconds(100))
        #expect(limiter.take(5, now: start) == nil)
        #expect(limiter.take(1000, now: start) == .seconds(2))
        #expect(limiter.take(1000, now: start + .seconds(2)) == nil)
    }

    @Test("Without a limit everything passes")
    func unlimited() {
        let start = ContinuousClock().now
        var limiter = RateLimiter(perSecond: 0, now: start)
        for _ in 0..<10_000 { #expect(limiter.take(now: start) == nil) }
    }
}
