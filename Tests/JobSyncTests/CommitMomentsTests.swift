import Testing

@testable import JobSync

@Suite("Moments of commits")
struct CommitMomentsTests {
    private let start = ContinuousClock().now

    private func moment(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("A client that was told up to a change waits since the next one was committed")
    func batches() {
        var moments = CommitMoments()
        #expect(moments.moment(after: 0) == nil)
        moments.note(from: 11, at: moment(1))
        moments.note(from: 15, at: moment(2))
        moments.note(from: 16, at: moment(3))
        #expect(moments.moment(after: 9) == nil)
        #expect(moments.moment(after: 10) == moment(1))
        #expect(moments.moment(after: 13) == moment(1))
        #expect(moments.moment(after: 14) == moment(2))
        #expect(moments.moment(after: 15) == moment(3))
        moments.forget(upTo: 14)
        #expect(moments.moment(after: 13) == nil)
        #expect(moments.moment(after: 14) == moment(2))
        moments.removeAll()
        #expect(moments.moment(after: 15) == nil)
    }

    @Test("Of many batches, a waiting client's time is told too long rather than too short")
    func thinning() {
        var moments = CommitMoments()
        for seq in 1...100_000 { moments.note(from: seq, at: moment(seq)) }
        #expect(moments.moment(after: 0) == moment(1))
        for cursor in stride(from: 0, to: 100_000, by: 997) {
            let told = moments.moment(after: cursor)
            #expect(told.map { $0 <= moment(cursor + 1) } == true)
        }
        #expect(moments.moment(after: 99_999) == moment(100_000))
    }
}
