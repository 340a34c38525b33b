import Synchronization

/// A few threads for what may block for as long as it likes, such as touching files.
///
/// Work is put into lanes. Of one lane one piece is done at a time, in the order in which it came; the
/// lanes take turns. So a file system that hangs holds one thread for each lane that touches it, those
/// who wait for the same lane wait with it, and nobody else does:
///
/// ```swift
/// let pool = BlockingPool(threads: 8, name: "files")
/// let size = await pool.run(in: path) { sizeOfFile(path) }   // nil if there is no answer in time
/// ```
///
/// Threads are started when they are needed, up to their number, and end with the pool. The first is there from
/// the beginning, so that work is done also when the machine has no more threads to give.
public final class BlockingPool: Sendable {
    private let lanes: BlockingLanes

    /// Makes a pool, with one thread.
    /// - Parameters:
    ///   - threads: how many pieces of work may be under way at once
    ///   - patience: how long callers wait while nothing of their lane is finished; twice that if something
    ///     was when they had waited for so long. What has begun goes on all the same
    ///   - name: what debuggers and `top -H` show; Linux keeps 15 bytes of it
    public init(threads: Int, patience: Duration = .seconds(10), name: String) {
        precondition(threads > 0, "a pool without threads would never do anything")
        lanes = BlockingLanes(threads: threads, patience: patience, name: name)
    }

    deinit {
        lanes.close()
    }

    /// Does something that may block, away from the caller's thread.
    /// - Parameters:
    ///   - lane: what it may be held up by, such as a path or a connection
    ///   - body: what to do
    /// - Returns: what the body returned; nil if the lane's work takes longer than the pool's patience, and
    ///   then it is not known whether it was done
    public func run<Value: Sendable>(
        in lane: String,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let answer = BlockingAnswer(continuation)
            lanes.enqueue(
                BlockingWork(
                    perform: { if answer.isAwaited { answer.give(body()) } },
                    caller: answer
                ),
                in: lane
            )
        }
    }

    /// Does something that may block, and waits for as long as it takes.
    /// - Parameters:
    ///   - lane: what it may be held up by, such as a path or a connection
    ///   - body: what to do; it is always done
    /// - Returns: what the body returned
    public func complete<Value: Sendable>(
        in lane: String,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            start(in: lane) { continuation.resume(returning: body()) }
        }
    }

    /// Has something done that may block, and does not wait for it.
    /// - Parameters:
    ///   - lane: what it may be held up by, such as a path or a connection
    ///   - body: what to do; it is always done
    public func start(in lane: String, _ body: @escaping @Sendable () -> Void) {
        lanes.enqueue(BlockingWork(perform: body), in: lane)
    }

    /// Waits until there is nothing more to do.
    public func finish() async { await lanes.finish() }
}

/// Where the answer to a piece of work goes, once: what the body returned, or that it took too long.
private final class BlockingAnswer<Value: Sendable>: BlockedCaller {
    private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

    init(_ continuation: CheckedContinuation<Value?, Never>) {
        self.continuation = Mutex(continuation)
    }

    var isAwaited: Bool { continuation.withLock { $0 != nil } }

    func giveUp() { give(nil) }

    func give(_ value: Value?) {
        continuation.withLock { $0.take() }?.resume(returning: value)
    }
}
