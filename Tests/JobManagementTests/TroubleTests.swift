import JobModel
import JobRunning
import Testing

@testable import JobManagement

@Suite("What experience says of starting jobs")
struct LaunchTroubleTests {
    private let start = ContinuousClock.now
    private let date = Timestamp(microseconds: 1)
    private let problem = LaunchProblem("no worker")
    private let suspicious = LaunchProblem("it died", mayBeTheJobs: true)

    @Test(
        "Pauses double up to a minute, one job is tried after each, and the first that begins ends it"
    )
    func pauses() {
        var trouble = LaunchTrouble()
        var pauses: [Duration] = []
        #expect(trouble.hindrance == nil)
        for round in 0..<8 {
            trouble.started("a")
            let consequence = trouble.failed("a", because: problem, at: date, now: start)
            guard case .pause(let pause, let isNews) = consequence else {
                Issue.record("\(consequence)")
                return
            }
            pauses.append(pause)
            #expect(isNews == (round == 0))
            #expect(trouble.hindrance?.permits == 0)
            let other = trouble.failed("b", because: problem, at: date, now: start)
            #expect(other == .nothing)
            trouble.pauseEnded()
            #expect(trouble.hindrance?.permits == 1)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        trouble.started("c")
        #expect(trouble.hindrance?.permits == 0)
        let isOver = trouble.began("b", now: start)
        #expect(!isOver, "it was started before")
        #expect(trouble.since == date && trouble.cause == "no worker")
        let isOverNow = trouble.began("c", now: start)
        #expect(isOverNow)
        #expect(trouble.hindrance == nil && trouble.since == nil)
    }

    @Test("What fails again soon after it worked goes on pausing; later it begins anew")
    func relapse() {
        var trouble = LaunchTrouble()
        func next(at now: ContinuousClock.Instant) -> LaunchTrouble.Consequence {
            defer {
                trouble.pauseEnded()
                trouble.started("b")
                _ = trouble.began("b", now: now)
            }
            return trouble.failed("a", because: problem, at: date, now: now)
        }
        let pauses = [0, 1, 60].map { next(at: start + .seconds($0)) }
        #expect(pauses == [1, 2, 1].map { .pause(.seconds($0), isNews: true) })
    }

    @Test("A job that ends before it begins says nothing: another one is tried in its place")
    func left() {
        var trouble = LaunchTrouble()
        _ = trouble.failed("a", because: problem, at: date, now: start)
        trouble.pauseEnded()
        trouble.started("b")
        #expect(trouble.probe == "b")
        let left = ["c", "b"].map { trouble.left($0) }
        #expect(left == [false, true])
        #expect(trouble.hindrance?.permits == 1)
    }

    @Test(
        "What is the fifth time the first to fail while others begin is its own fault, if it may be"
    )
    func suspicion() {
        var trouble = LaunchTrouble()
        for (job, problem) in [(JobID("a"), suspicious), ("b", self.problem)] {
            for round in 1...8 {
                let consequence = trouble.failed(job, because: problem, at: date, now: start)
                let isOwn = job == "a" && round == 5
                #expect((consequence == .jobsOwn) == isOwn)
                #expect((trouble.since == nil) == isOwn)
                trouble.pauseEnded()
                // As long as none begins, it is nobody's fault.
                trouble.started(job)
                _ = trouble.failed(job, because: problem, at: date, now: start)
                trouble.pauseEnded()
                trouble.started("other")
                _ = trouble.began("other", now: start)
                if isOwn { break }
            }
        }
    }
}

@Suite("What experience says of the store")
struct StoreTroubleTests {
    private let start = ContinuousClock.now
    private let date = Timestamp(microseconds: 1)

    @Test(
        "It is news once, callers are told after a while, and its end is said if its beginning was"
    )
    func life() {
        var trouble = StoreTrouble()
        let well = trouble.worked(at: start)
        #expect(well == (false, false))
        let first = trouble.failed("full", keepsChanges: true, at: date, now: start)
        #expect(first.isNews && first.isWorthALine && !first.isPatienceOver)
        #expect(first.pause == .milliseconds(50))
        #expect(trouble.keepsChanges && trouble.since == date)
        let later = start + StoreTrouble.patience
        let second = trouble.failed("full", keepsChanges: true, at: date, now: later)
        #expect(!second.isNews && !second.isWorthALine && second.isPatienceOver)
        #expect(second.pause == .milliseconds(100))
        let end = trouble.worked(at: later)
        #expect(end == (true, true))
        #expect(!trouble.keepsChanges && trouble.since == nil)
        // One that comes and goes fills no log, and its pauses go on.
        let third = trouble.failed("full", keepsChanges: false, at: date, now: later)
        #expect(third.isNews && !third.isWorthALine && !third.isPatienceOver)
        #expect(third.pause == .milliseconds(200))
        #expect(!trouble.keepsChanges)
        let secondEnd = trouble.end()
        #expect(secondEnd == (true, false))
    }

    @Test("Pauses are never longer than five seconds")
    func pauses() {
        var trouble = StoreTrouble()
        let pauses = (0..<20).map { _ in
            trouble.failed("full", keepsChanges: true, at: date, now: start).pause
        }
        #expect(pauses.max() == .seconds(5))
        #expect(pauses == pauses.sorted())
    }

    @Test("Changes that are dropped are kept no more, though the trouble lasts")
    func forgotten() {
        var trouble = StoreTrouble()
        _ = trouble.failed("full", keepsChanges: true, at: date, now: start)
        trouble.forgetChanges()
        #expect(!trouble.keepsChanges && trouble.since == date)
    }
}
