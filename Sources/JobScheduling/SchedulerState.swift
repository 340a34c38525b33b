public import JobModel

/// Decides which waiting jobs start: events in, actions out, no clock, no input or output.
///
/// Jobs start by priority, then in the order of their arrival, each as soon as
/// its cores and memory are free and its task is below its limit. A job that
/// must wait holds nobody else back. Jobs of one shape stand in one line, so
/// that a decision looks at the first of each line and never at all jobs.
public struct SchedulerState: Sendable {
    /// What the machine gives to jobs.
    public private(set) var machine: Resources
    /// How many jobs of a task may run at once, for tasks that have a limit.
    public private(set) var taskLimits: [String: Int]
    /// The jobs that hold resources, of this machine or another.
    public private(set) var running: [JobID: JobRequest] = [:]

    private var lines: [JobShape: WaitingLine] = [:]
    private var waiting: [JobID: Waiter] = [:]
    private var arrivals = 0
    private var isPaused = false
    /// Those of the running jobs that hold nothing of this machine.
    private var elsewhere: Set<JobID> = []
    private let decides: Bool
    /// Kept beside `running` so that a decision need not add everything up.
    private var usedSum = Resources.zero
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
        case .machineChanged(let machine): self.machine = machine
        case .startingPaused(let isPaused): self.isPaused = isPaused
        }
        return decides ? startWhatFits() : []
    }
}

// MARK: - Bookkeeping

extension SchedulerState {
    private mutating func enqueue(_ request: JobRequest) {
        guard waiting[request.id] == nil, running[request.id] == nil else { return }
        arrivals += 1
        let place = QueuePlace(priority: request.priority, arrival: arrivals)
        waiting[request.id] = Waiter(shape: request.shape, place: place)
        lines[request.shape, default: WaitingLine()].insert(request.id, at: place)
    }

    private mutating func dequeue(_ id: JobID) {
        guard let waiter = waiting.removeValue(forKey: id) else { return }
        lines[waiter.shape]?.remove(at: waiter.place)
        if lines[waiter.shape]?.isEmpty == true { lines[waiter.shape] = nil }
    }

    private mutating func occupy(_ request: JobRequest, isElsewhere: Bool = false) {
        guard running[request.id] == nil else { return }
        dequeue(request.id)
        running[request.id] = request
        if isElsewhere {
            elsewhere.insert(request.id)
        } else {
            usedSum += request.shape.resources
        }
        runningByTask[request.shape.task, default: 0] += 1
    }

    private mutating func release(_ id: JobID) {
        guard let request = running.removeValue(forKey: id) else { return }
        if elsewhere.remove(request.id) == nil { usedSum -= request.shape.resources }
        let task = request.shape.task
        let left = runningByTask[task, default: 0] - 1
        runningByTask[task] = left > 0 ? left : nil
    }
}

// MARK: - Deciding

extension SchedulerState {
    private mutating func startWhatFits() -> [SchedulerAction] {
        assert(usedSum == used, "what is used must be the sum over what runs")
        var actions: [SchedulerAction] = []
        while let request = nextToStart() {
            occupy(request)
            actions.append(.start(request.id))
        }
        return actions
    }

    private func nextToStart() -> JobRequest? {
        var best: (place: QueuePlace, id: JobID, shape: JobShape)?
        for (shape, line) in lines {
            guard obstacle(to: shape) == nil, let first = line.first else { continue }
            if let best, best.place < first.place { continue }
            best = (first.place, first.id, shape)
        }
        return best.map {
            JobRequest(id: $0.id, shape: $0.shape, priority: $0.place.priority)
        }
    }

    /// What keeps every job of a shape from starting now.
    private func obstacle(to shape: JobShape) -> WaitingReason? {
        if isPaused { return .paused }
        if let limit = taskLimits[shape.task] {
            if limit == 0 { return .paused }
            let count = runningByTask[shape.task, default: 0]
            if count >= limit { return .taskLimit(running: count, limit: limit) }
        }
        let free = machine - usedSum
        guard !shape.resources.fits(in: free) else { return nil }
        return .resources(short: (shape.resources - free).clampedToZero)
    }
}

// MARK: - Questions

extension SchedulerState {
    /// What running jobs hold of this machine, added up anew.
    public var used: Resources {
        running.values.reduce(.zero) { sum, request in
            elsewhere.contains(request.id) ? sum : sum + request.shape.resources
        }
    }

    /// What is free; never below zero, even after the machine was made smaller.
    public var available: Resources { (machine - usedSum).clampedToZero }

    /// How many jobs of each task run, on whatever machine.
    public var taskCounts: [String: Int] { runningByTask }

    /// How many jobs wait.
    public var waitingCount: Int { waiting.count }

    /// How many jobs of each task wait.
    public var waitingByTask: [String: Int] {
        lines.reduce(into: [:]) { $0[$1.key.task, default: 0] += $1.value.count }
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
        guard let waiter = waiting[id], let line = lines[waiter.shape] else { return nil }
        let ahead = lines.values.reduce(0) { $0 + $1.count(before: waiter.place) }
        let aheadOfItsShape = line.count(before: waiter.place)
        // Nothing stands in the way only in the moment before a decision.
        var reason = obstacle(to: waiter.shape) ?? .behind(ahead: aheadOfItsShape)
        if case .resources = reason, aheadOfItsShape > 0 {
            reason = .behind(ahead: aheadOfItsShape)
        }
        return WaitingReport(reason: reason, position: ahead + 1)
    }
}
