import CProcess
import Glibc
import JobModel
import Synchronization

/// Why a worker ends its job before the last stage is done.
package enum StopReason: Hashable, Sendable {
    /// The server has ordered it.
    case cancelled
    /// A signal came that no order explains: a person, a shutdown, a service manager.
    case interrupted(CInt)
    /// The job took longer than its task allows.
    case timedOut(Duration)
    /// The server was not heard of, and another may start the job anew.
    case abandoned(Duration)
    /// Its run folder was removed: no order reaches it any more, and nothing that it says is read.
    case unreachable
    /// What must be written down cannot be.
    case cannotWrite(String)
}

/// A thread of the worker's own that takes signals, keeps times and ends tools.
///
/// A thread and not a task: a stage in Swift may keep all threads of the pool busy,
/// and a job must be stoppable nevertheless.
final class Supervisor: Sendable {
    private enum Phase {
        /// Stages run; a wish to stop ends their tools.
        case working
        /// The task's clean-up runs; what is not done in time is ended.
        case cleaningUp(until: ContinuousClock.Instant)
        case finished
    }

    private struct State {
        var phase = Phase.working
        var reason: StopReason?
        var deadline: ContinuousClock.Instant?
        var killTime: ContinuousClock.Instant?
        var nextFlush: ContinuousClock.Instant?
        /// Up to when the job may run, unless more is given.
        var leaseEnd: ContinuousClock.Instant?
        var tool: AwaitedTool?
    }

    /// Between two looks at what has still to be ended.
    static let interval = Duration.milliseconds(20)

    private let state: Mutex<State>
    let grace: Duration
    private let timeout: Duration?
    let lease: WorkerLease?
    /// How long a tool may take to begin.
    let toolPatience: Duration
    private let waker: CInt
    private let isCancelled: @Sendable () -> Bool
    private let flush: @Sendable () -> Void
    let endStuck: @Sendable (StuckWorker) -> Never
    /// What ``endedChildren()`` was before the job had any.
    let childrenBefore = Supervisor.endedChildren()

    /// Takes the signals from now on.
    ///
    /// - Parameters:
    ///   - grace: The time from SIGTERM to SIGKILL.
    ///   - timeout: How long the job may take.
    ///   - lease: Without which the job must not go on; nil for one that needs none.
    ///   - toolPatience: How long a tool may take to begin.
    ///   - isCancelled: Whether the server has ordered the job to stop; asked when a signal comes.
    ///   - flush: Writes down what waits for a better time.
    ///   - endStuck: Ends this process, which does not come to start a tool.
    init(
        grace: Duration,
        timeout: Duration?,
        lease: WorkerLease?,
        toolPatience: Duration,
        isCancelled: @escaping @Sendable () -> Bool,
        flush: @escaping @Sendable () -> Void,
        endStuck: @escaping @Sendable (StuckWorker) -> Never
    ) {
        self.grace = grace
        self.timeout = timeout
        self.lease = lease
        self.toolPatience = toolPatience
        self.isCancelled = isCancelled
        self.flush = flush
        self.endStuck = endStuck
        waker = cprocess_open_waker()
        state = Mutex(
            State(
                deadline: timeout.map { .now + $0 },
                leaseEnd: lease.map { $0.end() ?? .now + $0.duration }
            )
        )
        cprocess_catch_stop_signals(waker)
    }

    /// Why the job shall stop; nil if it shall not.
    var reason: StopReason? { state.withLock { $0.reason } }

    /// Whether stages shall stop; the clean-up after them shall not.
    var isStopping: Bool {
        state.withLock {
            if case .working = $0.phase { $0.reason != nil } else { false }
        }
    }

    /// Ends tools, and makes stages stop; the first reason counts.
    func stop(_ reason: StopReason) {
        state.withLock { state in
            guard state.reason == nil else { return }
            state.reason = reason
            // The other half of the time is for the clean-up.
            state.killTime = .now + grace / 2
        }
        cprocess_wake(waker)
    }

    /// How long tools that are left over may take to end by themselves.
    ///
    /// Those of a job that is being stopped were asked long ago.
    var patience: Duration {
        state.withLock { state in
            guard let killTime = state.killTime else { return min(grace / 4, .seconds(2)) }
            return max(killTime - .now, grace / 20)
        }
    }

    /// Asks for ``flush`` to be called at a time.
    func flush(at time: ContinuousClock.Instant) {
        state.withLock { $0.nextFlush = min($0.nextFlush ?? time, time) }
        cprocess_wake(waker)
    }

    /// Takes note of which tool is awaited, or that none is any more.
    func setAwaited(_ tool: AwaitedTool?) {
        state.withLock { $0.tool = tool }
        if tool != nil { cprocess_wake(waker) }
    }

    /// Says that the stages are over and the clean-up begins.
    func beginCleanUp() {
        state.withLock { state in
            let time = if case .abandoned = state.reason { leaseWindow } else { grace }
            state.phase = .cleaningUp(until: .now + time * 2 / 5)
        }
        cprocess_wake(waker)
    }

    /// Takes in up to when the job may run.
    func extendLease(until end: ContinuousClock.Instant) {
        let isNews = state.withLock { state in
            defer { state.leaseEnd = end }
            return state.leaseEnd != end
        }
        if isNews { cprocess_wake(waker) }
    }

    /// Ends the thread.
    func finish() {
        state.withLock { $0.phase = .finished }
        cprocess_wake(waker)
    }

    /// Starts the thread.
    ///
    /// - Returns: Whether there is one.
    func start() -> Bool {
        var thread = pthread_t()
        let owned = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, supervise, owned.toOpaque()) == 0 else {
            owned.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    fileprivate func run() {
        var told: Set<ProcessEntry> = []
        while let pause = act(&told) {
            var woken = pollfd(fd: waker, events: Int16(POLLIN), revents: 0)
            poll(&woken, 1, pause.map { CInt(clamping: $0.milliseconds + 1) } ?? -1)
            cprocess_quiet(waker)
            let signal = cprocess_take_stop_signal()
            if signal != 0 { stop(isCancelled() ? .cancelled : .interrupted(signal)) }
        }
    }

    /// Does what is due; tells how long to wait, nil inside for ever, nil outside for the end.
    private func act(_ told: inout Set<ProcessEntry>) -> Duration?? {
        let now = ContinuousClock.now
        let snapshot = state.withLock { state in
            if let deadline = state.deadline, now >= deadline, state.reason == nil {
                state.reason = .timedOut(timeout ?? .zero)
                state.killTime = now + grace / 2
            }
            if let end = state.leaseEnd, now >= end - leaseWindow, state.reason == nil {
                state.reason = .abandoned(lease?.duration ?? .zero)
                state.killTime = now + leaseWindow / 2
            }
            let copy = state
            if let time = state.nextFlush, now >= time { state.nextFlush = nil }
            return copy
        }
        var next = [snapshot.reason == nil ? snapshot.deadline : nil, snapshot.nextFlush]
        if let time = snapshot.nextFlush, now >= time { flush() }
        if let end = snapshot.leaseEnd {
            let last = lastMoment(ofLeaseUntil: end)
            if now >= last { endAbandoned() }
            next.append(snapshot.reason == nil ? end - leaseWindow : last)
        }
        if snapshot.reason == .unreachable, let killTime = snapshot.killTime {
            // Of any other job a server would see to this.
            let last = killTime + grace / 2
            if now >= last { endAbandoned() }
            next.append(last)
        }
        if let tool = snapshot.tool, now < tool.nextLook {
            next.append(tool.nextLook)
        } else if let tool = snapshot.tool {
            let seen = look(for: tool, snapshot.reason)
            next.append(seen.nextLook)
            state.withLock { if $0.tool?.nextLook == tool.nextLook { $0.tool = seen } }
        }
        switch snapshot.phase {
        case .finished:
            return nil
        case .working where snapshot.reason != nil:
            endTools(told: &told, byForce: snapshot.killTime.map { now >= $0 } ?? false)
            next.append(now + Self.interval)
        case .cleaningUp(let end) where now >= end:
            endTools(told: &told, byForce: true)
            next.append(now + Self.interval)
        case .cleaningUp(let end):
            next.append(end)
        case .working:
            break
        }
        return .some(next.compactMap(\.self).min().map { max($0 - now, .zero) })
    }

    /// Sends SIGTERM once to each process that stems from this one, or SIGKILL.
    private func endTools(told: inout Set<ProcessEntry>, byForce: Bool) {
        for tool in ProcessTable.read().descendants(of: [getpid()]) where !tool.isZombie {
            if byForce {
                kill(tool.pid, SIGKILL)
            } else if told.insert(tool).inserted {
                kill(tool.pid, SIGTERM)
            }
        }
    }
}

private func supervise(_ owned: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let owned else { return nil }
    Unmanaged<Supervisor>.fromOpaque(owned).takeRetainedValue().run()
    return nil
}
