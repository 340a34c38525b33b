import CPlatform

/// An actor's executor that owns one OS thread: everything isolated to the actor runs there.
///
/// A C library's handle that only one thread may touch becomes an actor's property, and the compiler
/// keeps every other thread away from it:
///
/// ```swift
/// actor Connection {
///     private let executor = ThreadExecutor(name: "connection")
///     nonisolated var unownedExecutor: UnownedSerialExecutor {
///         executor.asUnownedSerialExecutor()
///     }
/// }
/// ```
///
/// The thread lives as long as the executor. When the last reference to it goes, the thread carries
/// out what was enqueued, lets go of its loop and is joined; there is nothing to stop by hand, and so
/// no job can come too late. Blocking the thread blocks only this executor's actors, never the pool
/// that all other Swift code shares. Where the machine has no thread to give, jobs wait until it has.
public final class ThreadExecutor: SerialExecutor {
    private let thread: JobThread

    /// Starts a thread that waits for jobs and nothing else.
    /// - Parameter name: what debuggers and `top -H` show; Linux keeps 15 bytes of it
    public convenience init(name: String) {
        self.init(name: name, loop: ConditionLoop())
    }

    /// Starts a thread that runs a loop between jobs.
    /// - Parameters:
    ///   - name: what debuggers and `top -H` show; Linux keeps 15 bytes of it
    ///   - loop: waits for whatever else the thread is there for
    public init(name: String, loop: any ThreadLoop) {
        thread = JobThread(name: name, loop: loop)
        thread.start(for: UnownedSerialExecutor(ordinary: self))
    }

    deinit {
        thread.finish()
    }

    /// Hands a job to the thread; the concurrency runtime calls this.
    /// - Parameter job: what to run
    public func enqueue(_ job: consuming ExecutorJob) {
        thread.enqueue(UnownedJob(job))
    }

    /// Keeps back what is enqueued while a body runs; then the thread carries it out without a pause in between.
    ///
    /// - Parameter body: Enqueues, and waits for nothing that the thread does.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws.
    public func gathering<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        thread.beginGathering()
        defer { thread.endGathering() }
        return try body()
    }

    /// Tells the runtime whether the calling thread is this executor's.
    ///
    /// Makes `assumeIsolated` work in a callback that C calls on the thread, outside of any job.
    /// - Returns: true on the thread, false anywhere else
    public func isIsolatingCurrentContext() -> Bool? {
        thread.isCurrent
    }

    /// Stops the process when the calling thread is not this executor's.
    public func checkIsolated() {
        precondition(thread.isCurrent, "not on the thread of this executor")
    }
}
