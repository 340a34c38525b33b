import CPlatform
import Synchronization

/// The thread behind an executor: a queue of jobs, and a loop to wait in when the queue is empty.
///
/// It is apart from the executor so that the running thread keeps only this alive, and the executor
/// can go when nobody uses it any more.
final class JobThread: Sendable {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        /// How many callers gather jobs just now, and what has come meanwhile.
        var gatherings = 0
        var gathered: [UnownedJob] = []
        /// The thread knows that there is something to do: it is at it, or was woken.
        var isAwake = true
        /// How many are just about to wake the loop.
        var wakers = 0
        var isFinishing = false
        var handle: pthread_t?
        var executor: UnownedSerialExecutor?
    }

    /// After so many rounds of jobs that enqueue jobs, the loop gets its turn.
    private static let rounds = 64

    private let name: String
    private let loop: any ThreadLoop
    private let state = Mutex(State())
    /// Whose thread this is, for `isCurrent`; 0 until the thread runs.
    private let identity = Atomic<UInt>(0)

    init(name: String, loop: any ThreadLoop) {
        self.name = name
        self.loop = loop
    }

    var isCurrent: Bool {
        identity.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// Starts the thread, at once or when the system has one to give; until then jobs wait.
    func start(for executor: UnownedSerialExecutor) {
        state.withLock { $0.executor = executor }
        if !begin() { Task.detached { [weak self] in await Self.beginLater { self?.begin() } } }
    }

    /// Whether there is a thread now, or none is wanted any more.
    private func begin() -> Bool {
        state.withLock { state in
            guard state.handle == nil, !state.isFinishing else { return true }
            state.handle = NewThread.start(named: name, isJoined: true) { [self] in run() }
            return state.handle != nil
        }
    }

    private static func beginLater(_ begin: () -> Bool?) async {
        repeat { try? await Task.sleep(for: .milliseconds(100)) } while begin() == false
    }

    func enqueue(_ job: UnownedJob) {
        changeAndWake { state in
            guard state.gatherings == 0 else {
                state.gathered.append(job)
                return false
            }
            state.jobs.append(job)
            return true
        }
    }

    /// Keeps back what is enqueued from now on.
    func beginGathering() {
        state.withLock { $0.gatherings += 1 }
    }

    /// Lets the thread have what was kept back, all at once.
    func endGathering() {
        changeAndWake { state in
            state.gatherings -= 1
            guard state.gatherings == 0, !state.gathered.isEmpty else { return false }
            state.jobs += state.gathered
            state.gathered = []
            return true
        }
    }

    /// Changes the state, and wakes the thread if it is wanted and sleeps.
    ///
    /// Outside of the lock: the thread wants it as soon as it is awake, and to wake it takes a system call. That the
    /// loop is not ended before, and this with it, is what `wakers` is for.
    private func changeAndWake(_ change: (inout sending State) -> Bool) {
        let isWaker = state.withLock { state in
            guard change(&state), !state.isAwake else { return false }
            state.isAwake = true
            state.wakers += 1
            return true
        }
        guard isWaker else { return }
        loop.wake()
        state.withLock { $0.wakers -= 1 }
    }

    /// Ends the thread after what is enqueued, and joins it.
    func finish() {
        var handle: pthread_t?
        changeAndWake { state in
            state.isFinishing = true
            handle = state.handle
            return true
        }
        guard let handle else { return loop.end() }
        if isCurrent {
            // The last reference went in a job on the thread itself; it cannot wait for itself.
            pthread_detach(handle)
        } else {
            pthread_join(handle, nil)
        }
    }

    private func run() {
        identity.store(UInt(pthread_self()), ordering: .relaxed)
        while runJobs() {
            loop.wait()
        }
        while state.withLock({ $0.wakers > 0 }) { sched_yield() }
        loop.end()
    }

    /// Runs what is enqueued, and says whether the thread is to go on.
    private func runJobs() -> Bool {
        for _ in 0..<Self.rounds {
            let (jobs, executor, isFinishing) = state.withLock { state in
                let jobs = state.jobs
                state.jobs = []
                state.isAwake = !jobs.isEmpty
                return (jobs, state.executor, state.isFinishing)
            }
            guard let executor, !jobs.isEmpty else { return !isFinishing }
            for job in jobs {
                job.runSynchronously(on: executor)
            }
        }
        // Still awake, so nobody else will wake the loop for what is waiting now.
        loop.wake()
        return true
    }
}
