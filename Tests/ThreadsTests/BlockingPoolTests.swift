import Dispatch
import Foundation
import Synchronization
import Testing
import Threads

@Suite("Pool for what blocks", .timeLimit(.minutes(6)))
struct BlockingPoolTests {
    /// Something that hangs until it is let go.
    private final class Obstacle: Sendable {
        private let gate = DispatchSemaphore(value: 0)

        func meet() { gate.wait() }
        func remove() { for _ in 0..<100 { gate.signal() } }
    }

    /// What was done, in which order, and how much of it at once.
    private final class Notes: Sendable {
        private let content = Mutex((done: [Int](), now: 0, most: 0))

        var done: [Int] { content.withLock { $0.done } }
        var most: Int { content.withLock { $0.most } }

        func note(_ number: Int) { content.withLock { $0.done.append(number) } }

        func begin() {
            content.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() { content.withLock { $0.now -= 1 } }
    }

    @Test("What hangs holds up its own lane and no other")
    func lanes() async {
        let pool = BlockingPool(threads: 2, patience: .seconds(3600), name: "test")
        let obstacle = Obstacle()
        let notes = Notes()
        let first = Task.immediate {
            await pool.run(in: "hung") {
                obstacle.meet()
                notes.note(1)
            }
        }
        let second = Task.immediate { await pool.complete(in: "hung") { notes.note(2) } }
        pool.start(in: "hung") { notes.note(3) }
        for number in 0..<100 { #expect(await pool.run(in: "well") { number } == number) }
        #expect(notes.done.isEmpty)
        obstacle.remove()
        _ = await (first.value, second.value)
        await pool.complete(in: "hung") {}
        #expect(notes.done == [1, 2, 3])
    }

    @Test("Who waits too long is told; what waited for it in vain is not done, and later work is")
    func patience() async {
        let pool = BlockingPool(threads: 1, patience: .milliseconds(1), name: "test")
        let obstacle = Obstacle()
        let notes = Notes()
        // Always done: a call that is given up before a thread comes to it would be no obstacle.
        pool.start(in: "a") { obstacle.meet() }
        #expect(await pool.run(in: "a") { notes.note(1) } == nil)
        obstacle.remove()
        #expect(await pool.complete(in: "a") { 7 } == 7)
        #expect(notes.done.isEmpty)
    }

    @Test("Who waits behind much that goes on is not told that nothing does")
    func longQueue() async {
        // Longer than that they wait, in the lane's queue or for its only thread.
        let pool = BlockingPool(threads: 1, patience: .seconds(2), name: "test")
        await withTaskGroup { group in
            for number in 0..<10 {
                group.addImmediateTask {
                    let lane = number < 8 ? "long" : "short \(number)"
                    let answer = await pool.run(in: lane) {
                        Thread.sleep(forTimeInterval: 0.3)
                        return number
                    }
                    #expect(answer == number)
                }
            }
        }
    }

    @Test("What hangs behind something that was finished is told of, to all who wait")
    func hangingLater() async {
        let pool = BlockingPool(threads: 2, patience: .seconds(1), name: "test")
        let obstacle = Obstacle()
        let first = Task.immediate { await pool.run(in: "lane") { 1 } }
        let second = Task.immediate { await pool.run(in: "lane") { obstacle.meet() } }
        let third = Task.immediate { await pool.run(in: "lane") {} }
        _ = await first.value
        #expect(await second.value == nil)
        #expect(await third.value == nil)
        obstacle.remove()
    }

    @Test("Of one lane everything is done in order, however many threads there are")
    func order() async {
        let pool = BlockingPool(threads: 4, patience: .seconds(3600), name: "test")
        let notes = Notes()
        await withTaskGroup { group in
            for number in 0..<500 {
                group.addImmediateTask {
                    _ = await pool.run(in: "lane") { notes.note(number) }
                }
            }
        }
        #expect(notes.done == Array(0..<500))
    }

    @Test("Many lanes share few threads")
    func fewThreads() async {
        let pool = BlockingPool(threads: 3, patience: .seconds(3600), name: "test")
        let notes = Notes()
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    _ = await pool.run(in: "\(number)") {
                        notes.begin()
                        notes.end()
                    }
                }
            }
        }
        #expect(notes.most <= 3)
    }
}
