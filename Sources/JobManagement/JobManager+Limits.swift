public import JobModel
import JobScheduling
public import JobTasks

extension JobManager {
    /// Sets how many jobs of a task may run at once, for good.
    ///
    /// - Parameters:
    ///   - task: The task's name.
    ///   - limit: How many; 0 pauses the task, nil is no limit.
    /// - Returns: The task as it is now.
    /// - Throws: `unknownTask` or `storeUnavailable`.
    public func limit(_ task: String, to limit: Int?) async throws(JobManagerError) -> TaskReport {
        if isFollowing {
            _ = try await handOver(.limitTask(task, limit)).get()
        } else {
            try await limitHere(task, to: limit)
        }
        guard let report = taskReports().first(where: { $0.description.name == task }) else {
            throw .unknownTask(task, suggestion: nil)
        }
        return report
    }

    /// Sets a task's limit as the one who decides.
    func limitHere(_ task: String, to limit: Int?) async throws(JobManagerError) {
        try checkDecides()
        guard tasks.catalogue[task] != nil else {
            throw .unknownTask(task, suggestion: tasks.catalogue.suggestion(for: task))
        }
        limitOverrides.updateValue(limit, forKey: task)
        let ticket = makeTicket()
        save(limitChange(), ticket: ticket)
        apply(scheduler.handle(.taskLimitChanged(task: task, limit: limit)))
        _ = try await outcome(of: ticket).get()
    }

    /// Sets what jobs may use of the machine, until it is set again or the server is told otherwise at its start.
    ///
    /// - Parameters:
    ///   - proc: Cores, or nil to leave them.
    ///   - mem: Memory in GB, or nil to leave it.
    /// - Returns: What is used and free now.
    /// - Throws: `storeUnavailable`.
    public func limitResources(
        proc: Int?,
        mem: Int?
    ) async throws(JobManagerError) -> ResourceReport {
        if isFollowing {
            _ = try await handOver(.limitResources(proc: proc, mem: mem)).get()
        } else {
            try await limitResourcesHere(proc: proc, mem: mem)
        }
        return resources()
    }

    /// Sets what jobs may use of this machine, as the one who decides.
    func limitResourcesHere(proc: Int?, mem: Int?) async throws(JobManagerError) {
        try checkDecides()
        machine = Resources(proc: proc ?? machine.proc, mem: mem ?? machine.mem)
        let ticket = makeTicket()
        save(machineChange(), ticket: ticket)
        useMachine(ticket: ticket)
        _ = try await outcome(of: ticket).get()
    }

    /// Takes what jobs may use from the server's settings.
    ///
    /// - Parameter machine: Cores and memory.
    public func setMachine(_ machine: Resources) {
        self.machine = machine
        durableMachine = machine
        useMachine()
        observer.settingsChanged()
    }

    /// Decides with the machine as it is now.
    private func useMachine(ticket: CommitTicket.ID? = nil) {
        usualMachine = machine.usual(before: usualMachine)
        sharing?.isLeaderTold = false
        // Memory that is to be built anew will be with this machine.
        guard isReady, !isFollowing else { return }
        tellLeader(ticket: ticket)
        apply(scheduler.handle(.machineChanged(machine)))
    }

    private func checkDecides() throws(JobManagerError) {
        try checkReady()
        // Another server may have begun to lead since the call came.
        guard !isFollowing else { throw .storeUnavailable }
    }

    /// Takes new tasks; what runs is not touched.
    ///
    /// - Parameter catalogue: All tasks.
    public func replaceTasks(with catalogue: TaskCatalogue) {
        let before = effectiveLimits()
        tasks.replace(with: catalogue)
        if isReady { tellScheduler(ofLimitsSince: before) }
    }

    func tellScheduler(ofLimitsSince before: [String: Int]) {
        let after = effectiveLimits()
        for task in Set(before.keys).union(after.keys) where before[task] != after[task] {
            apply(scheduler.handle(.taskLimitChanged(task: task, limit: after[task])))
        }
    }

    /// The limits that were set, and those of the tasks' authors where none was.
    func effectiveLimits() -> [String: Int] {
        var limits: [String: Int] = [:]
        for task in tasks.catalogue.tasks { limits[task.name] = task.limit }
        for (task, limit) in limitOverrides { limits[task] = limit }
        return limits
    }
}
