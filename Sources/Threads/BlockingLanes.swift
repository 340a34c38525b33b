import CPlatform
import DequeModule
import Dispatch
import Synchronization

/// A piece of work that may block.
struct BlockingWork: Sendable {
    let perform: @Sendable () -> Void
    /// Who waits for it, but not for ever.
    var caller: (any BlockedCaller)?
}

/// Who waits for a piece of work, but not for ever.
protocol BlockedCaller: Sendable {
    var isAwaited: Bool { get }

    /// Tells the caller that it takes too long.
    func giveUp()
}

/// The lanes of a pool and the threads that go through them.
///
/// Apart from the pool, so that threads keep only this alive and end when the pool goes.
final class BlockingLanes: Sendable {
    private struct State {
        /// What waits in each lane; a lane is there as long as something of it waits or is under way.
        var lanes: [String: Deque<BlockingWork>] = [:]
        /// Lanes of which nothing is under way and something waits, the next one first.
        var due: Deque<String> = []
        var threads = 0
        var idleThreads = 0
        var isClosing = false
        /// What callers wait for, and until when, in the order of their deadlines.
        var callers: Deque<(caller: any BlockedCaller, deadline: ContinuousClock.Instant)> = []
        var isWatched = false
    }

    private let state = Mutex(State())
    /// Counts one for each lane that became due, and at the end one for each thread.
    private let wakeups = DispatchSemaphore(value: 0)
    private let limit: Int
    private let patience: Duration
    private let name: String
    private let clock = ContinuousClock()

    init(threads: Int, patience: Duration, name: String) {
        limit = threads
        self.patience = patience
        self.name = name
    }

    func enqueue(_ work: BlockingWork, in lane: String) {
        let deadline = clock.now + patience
        let (isDue, needsWatch) = state.withLock { state in
            let isDue = state.lanes[lane] == nil
            state.lanes[lane, default: []].append(work)
            if isDue {
                state.due.append(lane)
                if state.idleThreads < state.due.count, state.threads < limit {
                    startThread(&state)
                }
            }
            guard let caller = work.caller else { return (isDue, false) }
            while let first = state.callers.first, !first.caller.isAwaited {
                state.callers.removeFirst()
            }
            state.callers.append((caller, deadline))
            defer { state.isWatched = true }
            return (isDue, !state.isWatched)
        }
        if isDue { wakeups.signal() }
        if needsWatch { Task.detached { await self.watch() } }
    }

    func close() {
        let threads = state.withLock { state in
            state.isClosing = true
            return state.threads
        }
        for _ in 0..<threads { wakeups.signal() }
    }

    // MARK: Patience

    /// Tells callers when they have waited long enough; ends when nobody waits.
    private func watch() async {
        while let deadline = nextDeadline() { try? await Task.sleep(until: deadline, clock: clock) }
    }

    private func nextDeadline() -> ContinuousClock.Instant? {
        let now = clock.now
        let (late, next) = state.withLock { state in
            var late: [any BlockedCaller] = []
            while let first = state.callers.first {
                if first.caller.isAwaited {
                    guard first.deadline <= now else { break }
                    late.append(first.caller)
                }
                state.callers.removeFirst()
            }
            if state.callers.isEmpty { state.isWatched = false }
            return (late, state.callers.first?.deadline)
        }
        for caller in late { caller.giveUp() }
        return next
    }

    // MARK: Threads

    /// Starts one more; if the system has none to give, those that there are do the work, or later ones.
    private func startThread(_ state: inout State) {
        var handle = pthread_t()
        let this = Unmanaged.passRetained(self)
        guard pthread_create(&handle, nil, runBlockingLanes, this.toOpaque()) == 0 else {
            this.release()
            return
        }
        pthread_detach(handle)
        state.threads += 1
        state.idleThreads += 1
    }

    fileprivate func run() {
        platform_name_thread(name)
        while let (lane, work) = next() {
            work.perform()
            finish(lane)
        }
    }

    /// Waits for a lane's turn; nil when the pool has gone.
    private func next() -> (lane: String, work: BlockingWork)? {
        while true {
            wakeups.wait()
            let (next, isOver) = state.withLock { state in
                guard let lane = state.due.popFirst(), let work = state.lanes[lane]?.popFirst()
                else { return (nil as (String, BlockingWork)?, state.isClosing) }
                state.idleThreads -= 1
                return ((lane, work), false)
            }
            if let next { return next }
            if isOver { return nil }
        }
    }

    private func finish(_ lane: String) {
        let isDue = state.withLock { state in
            state.idleThreads += 1
            guard state.lanes[lane]?.isEmpty == false else {
                state.lanes[lane] = nil
                return false
            }
            state.due.append(lane)
            return true
        }
        if isDue { wakeups.signal() }
    }
}

/// A thread's main function; `argument` is its `BlockingLanes`, retained.
private func runBlockingLanes(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<BlockingLanes>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
