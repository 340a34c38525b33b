import Glibc
import Synchronization
import Testing
import Threads

@Suite(.timeLimit(.minutes(6)))
struct ThreadExecutorTests {
    actor Counter {
        nonisolated let executor: ThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor {
            executor.asUnownedSerialExecutor()
        }
        private(set) var count = 0
        nonisolated let notes = Mutex<[Int]>([])
        private(set) var threads: Set<UInt> = []

        init(executor: ThreadExecutor) {
            self.executor = executor
        }

        func increment() {
            count += 1
            threads.insert(UInt(pthread_self()))
        }

        func note(_ number: Int) { notes.withLock { $0.append(number) } }

        func threadName() -> String {
            var name = [UInt8](repeating: 0, count: 32)
            let file = open("/proc/thread-self/comm", O_RDONLY)
            let count = read(file, &name, name.count)
            close(file)
            return String(decoding: name.prefix(count).dropLast(), as: UTF8.self)
        }

        func isHere() -> Bool {
            executor.isIsolatingCurrentContext() == true
        }
    }

    @Test("everything isolated to the actor runs on one thread, which is none of the pool's")
    func oneThread() async {
        let counter = Counter(executor: ThreadExecutor(name: "test"))
        await withTaskGroup { group in
            for _ in 0..<1000 {
                group.addTask { await counter.increment() }
            }
        }
        #expect(await counter.count == 1000)
        #expect(await counter.threads.count == 1)
        #expect(await counter.isHere())
        #expect(counter.executor.isIsolatingCurrentContext() == false)
    }

    @Test(
        "a long name is cut to what Linux takes",
        arguments: ["short", "longer than fifteen bytes"]
    )
    func names(_ name: String) async {
        let counter = Counter(executor: ThreadExecutor(name: name))
        #expect(await counter.threadName() == name.prefix(15))
    }

    @Test("actors may share an executor, and call each other without changing threads")
    func shared() async {
        let executor = ThreadExecutor(name: "shared")
        let (first, second) = (Counter(executor: executor), Counter(executor: executor))
        await first.increment()
        await second.increment()
        #expect(await first.threads == second.threads)
    }

    @Test("what is gathered is carried out in its order, and nothing of it before all is there")
    func gathering() async {
        let counter = Counter(executor: ThreadExecutor(name: "gathered"))
        let tasks = counter.executor.gathering {
            let tasks = (0..<100).map { number in
                Task.immediate(priority: number.isMultiple(of: 2) ? .low : .high) {
                    await counter.note(number)
                }
            }
            // Time for a thread that does not wait.
            usleep(20_000)
            let early = counter.notes.withLock { $0 }
            #expect(early == [])
            return tasks
        }
        for task in tasks { await task.value }
        let notes = counter.notes.withLock { $0 }
        #expect(notes == Array(0..<100))
    }

    @Test("the thread ends when nobody refers to its executor any more")
    func endsWithLastReference() async {
        let loop = CountingLoop()
        do {
            let counter = Counter(executor: ThreadExecutor(name: "short-lived", loop: loop))
            await counter.increment()
        }
        #expect(await loop.ended())
    }

    @Test("the last reference may go on the thread itself")
    func lastReferenceOnThread() async {
        let loop = CountingLoop()
        var counter: Counter? = Counter(executor: ThreadExecutor(name: "itself", loop: loop))
        let task = Task { [counter] in
            await counter?.increment()
        }
        counter = nil
        await task.value
        #expect(await loop.ended())
    }

    @Test("a supplied loop gets its turn while jobs keep coming")
    func fairness() async {
        let loop = CountingLoop()
        let counter = Counter(executor: ThreadExecutor(name: "busy", loop: loop))
        let before = loop.turns
        await counter.spin(until: { loop.turns > before + 3 })
        #expect(loop.turns > before + 3)
    }
}

extension ThreadExecutorTests.Counter {
    /// Enqueues job after job until a condition holds.
    fileprivate func spin(until isDone: @Sendable () -> Bool) async {
        while !isDone() {
            await Task.yield()
        }
    }
}

/// A loop that counts its turns and tells its end.
private final class CountingLoop: ThreadLoop {
    private let state = Mutex((turns: 0, isAwake: false, hasEnded: false))
    private let ends = AsyncStream<Void>.makeStream()

    var turns: Int { state.withLock { $0.turns } }

    func wait() {
        while true {
            let isAwake = state.withLock { state in
                defer { state.isAwake = false }
                return state.isAwake
            }
            if isAwake { break }
            sched_yield()
        }
        state.withLock { $0.turns += 1 }
    }

    func wake() {
        state.withLock { $0.isAwake = true }
    }

    func end() {
        ends.continuation.yield()
    }

    func ended() async -> Bool {
        for await _ in ends.stream {
            return true
        }
        return false
    }
}
