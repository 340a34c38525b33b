public import JobModel

/// Decides which waiting jobs start: events in, actions out, no clock, no input or output.
///
/// Jobs start by priority, then in the order of their arrival, each as soon as
/// its cores and memory are free and its task is below its limit. A job that
/// must wait holds nobody else back. A decision asks each task that has waiting
/// jobs and is below its limit for its first one that fits, and neither looks
/// at all jobs nor at all their shapes.
public struct SchedulerState: Sendable {
    /// What the machine gives to jobs.
    public private(set) var machine: Resources
    /// How many jobs of a task may run at once, for tasks that have a limit.
    public private(set) var taskLimits: [String: Int]
    /// The jobs that hold resources, of this machine or another.
    public private(set) var running: [JobID: JobRequest] = [:]

    private var queues: [String: TaskQueue] = [:]
    private var waiting: [JobID: Waiter] = [:]
    private var arrivals = 0
    private var isPaused = false
    private var hindrance: StartHindrance?
    /// Jobs that wait for their next attempt, and until when.
    private var resting: [JobID: (request: JobRequest, end: Timestamp)] = [:]
    /// Those of the running jobs that hold nothing of this machine.
    private var elsewhere: Set<JobID> = []
    private let decides: Bool
    /// What jobs can need at most: what the machine gives, or gave before it was to start nothing.
    private var reach: Resources
    /// What running jobs hold of this machine.
    public private(set) var used = Resources.zero
    private var runningByTask: [String: Int] = [:]

    private struct Waiter {
        let shape: JobShape
        let place: QueuePlace
    }

    /// Begins with an idle machine.
    ///
    /// - Parameters:
    ///   - machine: What the machine gives to jobs.
    ///   - taskLimits: How many jobs of a task may run at once.
    ///   - decides: Whether jobs are started; false where another server decides, whose reasons are
    ///     told all the same.
    public init(machine: Resources, taskLimits: [String: Int] = [:], decides: Bool = true) {
        self.machine = machine
        reach = machine.startsNothing ? Resources(proc: .max, mem: .max) : machine
        self.taskLimits = taskLimits
        self.decides = decides
    }

    /// Takes in what happened and decides what follows.
    ///
    /// - Parameter event: What happened. A job that is not known, or known already, changes nothing.
    /// - Returns: The jobs to start, in order.
    public mutating func handle(_ event: SchedulerEvent) -> [SchedulerAction] {
        switch event {
        case .jobArrived(let request): enqueue(request)
        case .jobFoundRunning(let request): occupy(request)
        case .jobFoundRunningElsewhere(let request): occupy(request, isElsewhere: true)
        case .jobWithdrawn(let id): dequeue(id)
        case .jobEnded(let id): release(id)
        case .taskLimitChanged(let task, let limit): taskLimits[task] = limit
        case .machineChanged(let machine): change(to: machine)
        case .startingPaused(let isPaused): self.isPaused = isPaused
        case .startingHindered(let hindrance): self.hindrance = hindrance
        case .jobRested(let request, let end): rest(request, until: end)
        }
        return decides ? startWhatFits() : []
    }
}

// MARK: - Bookkeeping

extension SchedulerState {
    private mutating func enqueue(_ request: JobRequest) {
        guard waiting[request.id] == nil, running[request.id] == nil else { return }
        resting[request.id] = nil
        arrivals += 1
        let shape = request.shape
        let place = QueuePlace(priority: request.priority, arrival: arrivals)
        waiting[request.id] = Waiter(shape: shape, place: place)
        queues[shape.task, default: TaskQueue(machine: reach)]
            .insert(request.id, at: place, needing: shape.resources)
    }

    private mutating func rest(_ request: JobRequest, until end: Timestamp) {
        guard waiting[request.id] == nil, running[request.id] == nil else { return }
        resting[request.id] = (request, end)
    }

    private mutating func dequeue(_ id: JobID) {
        resting[id] = nil
        guard let waiter = waiting.removeValue(forKey: id) else { return }
        let task = waiter.shape.task
        queues[task]?.remove(at: waiter.place, needing: waiter.shape.resources)
        if queues[task]?.isEmpty == true { queues[task] = nil }
    }

    private mutating func occupy(_ request: JobRequest, isElsewhere: Bool = false) {
        guard running[request.id] == nil else { return }
        dequeue(request.id)
        running[request.id] = request
        if isElsewhere {
            elsewhere.insert(request.id)
        } else {
            used += request.shape.resources
        }
        runningByTask[request.shape.task, default: 0] += 1
    }

    private mutating func release(_ id: JobID) {
        guard let request = running.removeValue(forKey: id) else { return }
        if elsewhere.remove(request.id) == nil { used -= request.shape.resources }
        let task = request.shape.task
        let left = runningByTask[task, default: 0] - 1
        runningByTask[task] = left > 0 ? left : nil
    }

    private mutating func change(to machine: Resources) {
        self.machine = machine
        // Whoever waits while nothing starts is not too large for that.
        guard !machine.startsNothing, machine != reach else { return }
        reach = machine
        for task in queues.keys { queues[task]?.fit(to: machine) }
    }
}

// MARK: - Deciding

extension SchedulerState {
    private mutating func startWhatFits() -> [SchedulerAction] {
        assert(used == sumOverRunning, "what is used must be the sum over what runs")
        var actions: [SchedulerAction] = []
        while hindrance?.permits != 0, let request = nextToStart() {
            occupy(request)
            hindrance?.permits -= 1
            actions.append(.start(request.id))
        }
        return actions
    }

    private func nextToStart() -> JobRequest? {
        guard !machine.startsNothing else { return nil }
        var best: (place: QueuePlace, id: JobID)?
        let free = machine - used
        for (task, queue) in queues where hold(on: task) == nil {
            guard let first = queue.first(fittingIn: free) else { continue }
            if let best, best.place < first.place { continue }
            best = first
        }
        return best.flatMap { best in
            waiting[best.id].map {
                JobRequest(id: best.id, shape: $0.shape, priority: best.place.priority)
            }
        }
    }

    /// What keeps every job of a task from starting, whatever it needs.
    private func hold(on task: String) -> WaitingReason? {
        if isPaused { return .paused }
        guard let limit = taskLimits[task] else { return nil }
        if limit == 0 { return .paused }
        let count = runningByTask[task, default: 0]
        return count >= limit ? .taskLimit(running: count, limit: limit) : nil
    }

    private var sumOverRunning: Resources {
        running.values.reduce(.zero) { sum, request in
            elsewhere.contains(request.id) ? sum : sum + request.shape.resources
        }
    }
}

// MARK: - Questions

extension SchedulerState {
    /// What is free; never below zero, even after the machine was made smaller.
    public var available: Resources { (machine - used).clampedToZero }

    /// How many jobs of each task run, on whatever machine.
    public var taskCounts: [String: Int] { runningByTask }

    /// How many jobs wait.
    public var waitingCount: Int { waiting.count + resting.count }

    /// How many jobs of each task wait.
    public var waitingByTask: [String: Int] {
        resting.values.reduce(into: queues.mapValues(\.count)) { counts, rest in
            counts[rest.request.shape.task, default: 0] += 1
        }
    }

    /// Whether a job of this size could ever start.
    ///
    /// - Parameter resources: The cores and the memory that it asks for.
    /// - Returns: False if it asks for more than the whole machine gives.
    public func canEverFit(_ resources: Resources) -> Bool { resources.fits(in: machine) }

    /// Why a job waits and where it stands.
    ///
    /// - Parameter id: The job's name.
    /// - Returns: The report, or nil if no such job waits.
    public func report(on id: JobID) -> WaitingReport? {
        if let rest = resting[id] { return report(on: rest.request, restingUntil: rest.end) }
        guard let waiter = waiting[id], let queue = queues[waiter.shape.task] else { return nil }
        let size = waiter.shape.resources
        let place = waiter.place
        guard size.fits(in: reach) else {
            return WaitingReport(
                reason: .unschedulable(short: (size - reach).clampedToZero),
                line: .task,
                position: queue.unableCount(before: place) + 1
            )
        }
        if let reason = hold(on: waiter.shape.task) {
            return WaitingReport(
                reason: reason,
                line: .task,
                position: queue.count(before: place) + 1
            )
        }
        if let hindrance {
            return WaitingReport(
                reason: .server(cause: hindrance.cause),
                line: .queue,
                position: countAhead(of: place) + 1
            )
        }
        let isFirst = queue.count(before: place, needing: size) == 0
        let ahead = countAhead(of: place)
        let short = (size - (machine - used)).clampedToZero
        // Nothing stands in the way only in the moment before a decision.
        return WaitingReport(
            reason: isFirst && short != .zero ? .resources(short: short) : .behind(ahead: ahead),
            line: .queue,
            position: ahead + 1
        )
    }

    private func report(
        on request: JobRequest,
        restingUntil end: Timestamp
    ) -> WaitingReport {
        let ahead = resting.values.count { other in
            other.request.shape.task == request.shape.task
                && (other.end, other.request.id) < (end, request.id)
        }
        return WaitingReport(reason: .rest(until: end), line: .task, position: ahead + 1)
    }

    /// How many jobs stand before a place that could start if there were room.
    private func countAhead(of place: QueuePlace) -> Int {
        queues.reduce(0) { sum, queue in
            hold(on: queue.key) == nil ? sum + queue.value.count(before: place) : sum
        }
    }
}
