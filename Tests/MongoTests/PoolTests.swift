import Dispatch
import Mongo
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(6)))
struct PoolTests {
    /// Leads nowhere, which the pool does not mind until it is to talk to the server.
    private let uri = "mongodb://127.0.0.1:1/"

    @Test func `as many bodies run at a time as the pool is wide, and block nobody else`()
        async throws
    {
        // More than there are cores, all of them blocked until every one has begun.
        let width = 16
        let pool = try MongoPool(MongoURI(uri), width: width)
        let (begun, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let extra = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    try await pool.run { _ in
                        begun.signal()
                        go.wait()
                    }
                }
            }
            await waitOnThread(for: begun, times: width)
            group.addTask {
                try await pool.run { _ in extra.value.withLock { $0 = true } }
            }
            // All of them are blocked, and ordinary tasks run all the same.
            let sum = await withTaskGroup(of: Int.self) { tasks in
                for number in 0..<100 {
                    tasks.addTask { number }
                }
                return await tasks.reduce(0, +)
            }
            #expect(sum == 4950)
            #expect(!extra.value.withLock { $0 })
            for _ in 0..<width {
                go.signal()
            }
            try await group.waitForAll()
        }
        #expect(extra.value.withLock { $0 })
        await pool.close()
    }

    @Test func `bodies begin in the order in which they came`() async throws {
        let pool = try MongoPool(MongoURI(uri), width: 1)
        let (isBusy, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let order = Shared<[Int]>([])
        async let first: Void = pool.run { _ in
            isBusy.signal()
            go.wait()
        }
        await waitOnThread(for: isBusy, times: 1)
        var waiting: [Task<Void, any Error>] = []
        for number in 0..<20 {
            // Immediate: it has joined the line when this returns.
            let task = Task.immediate {
                _ = try await pool.run { _ in order.value.withLock { $0.append(number) } }
            }
            waiting.append(task)
        }
        go.signal()
        try await first
        for task in waiting {
            try await task.value
        }
        #expect(order.value.withLock { $0 } == Array(0..<20))
        await pool.close()
    }

    @Test func `closing carries out what was taken on, and takes on nothing more`() async throws {
        let pool = try MongoPool(MongoURI(uri), width: 2)
        let go = DispatchSemaphore(value: 0)
        let done = Shared(0)
        var tasks: [Task<Void, any Error>] = []
        for _ in 0..<10 {
            let task = Task.immediate {
                _ = try await pool.run { _ in
                    go.wait()
                    done.value.withLock { $0 += 1 }
                }
            }
            tasks.append(task)
        }
        let closing = Task.immediate { await pool.close() }
        let error = await #expect(throws: MongoError.self) { try await pool.run { _ in } }
        #expect(error?.domain == .closed)
        #expect(error?.isOutcomeUnknown == false)
        for _ in 0..<10 {
            go.signal()
        }
        await closing.value
        #expect(done.value.withLock { $0 } == 10)
        for task in tasks {
            try await task.value
        }
        // Closing twice is closing once.
        await pool.close()
    }

    @Test func `a body is carried out to its end though its task is cancelled`() async throws {
        let pool = try MongoPool(MongoURI(uri), width: 1)
        let (begun, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let task = Task {
            try await pool.run { _ in
                begun.signal()
                go.wait()
                return 7
            }
        }
        await waitOnThread(for: begun, times: 1)
        task.cancel()
        go.signal()
        #expect(try await task.value == 7)
        await pool.close()
    }

    @Test func `a pool that nobody closes ends with its last reference`() async throws {
        var pool: MongoPool? = try MongoPool(MongoURI(uri), width: 2)
        let value = try await pool?.run { _ in 1 }
        #expect(value == 1)
        weak let rest = pool
        pool = nil
        #expect(rest == nil)
    }

    /// Blocks a thread that is nobody's.
    private func waitOnThread(for semaphore: DispatchSemaphore, times: Int) async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "waiting").async {
                for _ in 0..<times {
                    semaphore.wait()
                }
                continuation.resume()
            }
        }
    }
}

/// A variable that several threads touch.
private final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: sending Value) {
        self.value = Mutex(value)
    }
}
