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
    private struct Lane {
        var waiting: Deque<BlockingWork> = []
        var isUnderWay = false
        /// When that was finished for which what is under way had to wait, in this lane or for its thread.
        var progressed: ContinuousClock.Instant?
    }

    /// Who waits, and until when nothing of the lane may be finished.
    private struct Wait {
        let caller: any BlockedCaller
        let lane: String
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        /// A lane is there as long as something of it waits or is under way.
        var lanes: [String: Lane] = [:]
        /// Lanes of which nothing is under way and something waits, the next one first.
        var due: Deque<String> = []
        var threads = 0
        var idleThreads = 0
        var isClosing = false
        /// When something was last finished.
        var finished: ContinuousClock.Instant?
        /// In the order of their deadlines.
        var waits: Deque<Wait> = []
        var isWatched = false
        /// Who waits until nothing is to be done.
        var finishers: [CheckedContinuation<Void, Never>] = []
        /// Threads are lacking, and somebody tries to start them from time to time.
        var isShort = false

        /// When there was last something done for which a lane's next work had to wait.
        func progress(of lane: String) -> ContinuousClock.Instant? {
            guard let lane = lanes[lane], lane.isUnderWay else { return finished }
            return lane.progressed
        }
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
        // The first thread is there from the beginning: when the machine has none to give, it does all.
        if !state.withLock({ startThreads(&$0) }) { startThreadsLater() }
    }

    func enqueue(_ work: BlockingWork, in lane: String) {
        let deadline = clock.now + patience
        let (isDue, isShort, needsWatch) = state.withLock { state in
            let isDue = state.lanes[lane] == nil
            state.lanes[lane, default: Lane()].waiting.append(work)
            var isShort = false
            if isDue {
                state.due.append(lane)
                isShort = !state.isShort && !startThreads(&state)
            }
            guard let caller = work.caller else { return (isDue, isShort, false) }
            while let first = state.waits.first, !first.caller.isAwaited {
                state.waits.removeFirst()
            }
            state.waits.append(Wait(caller: caller, lane: lane, deadline: deadline))
            defer { state.isWatched = true }
            return (isDue, isShort, !state.isWatched)
        }
        if isDue { wakeups.signal() }
        if isShort { startThreadsLater() }
        if needsWatch { Task.detached { await self.watch() } }
    }

    func finish() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if !state.lanes.isEmpty { state.finishers.append(continuation) }
                return state.lanes.isEmpty
            }
            if isIdle { continuation.resume() }
        }
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
            while let first = state.waits.first {
                if first.caller.isAwaited {
                    guard first.deadline <= now else { break }
                    let since = first.deadline - patience
                    if let progress = state.progress(of: first.lane), progress > since {
                        // A long queue is no obstacle.
                        let deadline = now + patience
                        state.waits.append(
                            Wait(caller: first.caller, lane: first.lane, deadline: deadline)
                        )
                    } else {
                        late.append(first.caller)
                    }
                }
                state.waits.removeFirst()
            }
            if state.waits.isEmpty { state.isWatched = false }
            return (late, state.waits.first?.deadline)
        }
        for caller in late { caller.giveUp() }
        return next
    }

    // MARK: Threads

    /// Starts as many as there is work for.
    ///
    /// - Returns: Whether the system had enough to give; if not, it has to be tried again.
    private func startThreads(_ state: inout State) -> Bool {
        while state.threads == 0 || state.idleThreads < state.due.count && state.threads < limit {
            guard startThread(&state) else {
                state.isShort = true
                return false
            }
        }
        state.isShort = false
        return true
    }

    private func startThread(_ state: inout State) -> Bool {
        guard NewThread.start(named: name, { [self] in run() }) != nil else { return false }
        state.threads += 1
        state.idleThreads += 1
        // So that it ends when all is done.
        if state.isClosing { wakeups.signal() }
        return true
    }

    /// Tries it again until there are enough; meanwhile those that there are do the work.
    private func startThreadsLater() {
        Task.detached { [self] in
            repeat {
                try? await Task.sleep(for: .milliseconds(100))
            } while !state.withLock { startThreads(&$0) }
        }
    }

    private func run() {
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
                guard let lane = state.due.popFirst(),
                    let work = state.lanes[lane]?.waiting.popFirst()
                else { return (nil as (String, BlockingWork)?, state.isClosing) }
                state.idleThreads -= 1
                state.lanes[lane]?.isUnderWay = true
                state.lanes[lane]?.progressed = state.finished
                return ((lane, work), false)
            }
            if let next { return next }
            if isOver { return nil }
        }
    }

    private func finish(_ lane: String) {
        typealias Finishers = [CheckedContinuation<Void, Never>]
        let (isDue, finishers) = state.withLock { state -> (Bool, Finishers) in
            state.idleThreads += 1
            state.finished = clock.now
            guard state.lanes[lane]?.waiting.isEmpty == false else {
                state.lanes[lane] = nil
                guard state.lanes.isEmpty else { return (false, []) }
                defer { state.finishers = [] }
                return (false, state.finishers)
            }
            state.lanes[lane]?.isUnderWay = false
            state.due.append(lane)
            return (true, [])
        }
        if isDue { wakeups.signal() }
        for finisher in finishers { finisher.resume() }
    }
}
