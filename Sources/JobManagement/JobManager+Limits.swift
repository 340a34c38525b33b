import JSON
public import JobModel
import JobScheduling
public import JobStorage
public import JobTasks

extension JobManager {
    /// The setting in the store that holds tasks' limits.
    public static let limitSetting = "task_limits"
    private static let machineSetting = "machine"

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
        guard tasks.catalogue[task] != nil else {
            throw .unknownTask(task, suggestion: tasks.catalogue.suggestion(for: task))
        }
        var overrides = limitOverrides
        overrides.updateValue(limit, forKey: task)
        let document = JSONObject(
            uniqueKeysWithValues: overrides.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value.map { .integer($0) } ?? .null) }
        )
        try await save(.object(document), as: Self.limitSetting)
        limitOverrides.updateValue(limit, forKey: task)
        apply(scheduler.handle(.taskLimitChanged(task: task, limit: limit)))
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
        let machine = Resources(proc: proc ?? self.machine.proc, mem: mem ?? self.machine.mem)
        let document: JSONObject = ["proc": .integer(machine.proc), "mem": .integer(machine.mem)]
        try await save(.object(document), as: Self.machineSetting(of: cluster?.server))
        setMachine(machine)
        do throws(JobStoreError) {
            try await tellLeader()
        } catch {
            throw JobManagerError(error)
        }
    }

    /// The setting in the store that holds what jobs may use of a machine.
    ///
    /// - Parameter server: Whose machine, where several servers share the store; nil where none does.
    /// - Returns: The setting's name.
    public static func machineSetting(of server: String?) -> String {
        server.map { "\(machineSetting).\($0)" } ?? machineSetting
    }

    /// Takes what jobs may use from the server's settings.
    ///
    /// - Parameter machine: Cores and memory.
    public func setMachine(_ machine: Resources) {
        self.machine = machine
        sharing?.isLeaderTold = false
        if !isFollowing { apply(scheduler.handle(.machineChanged(machine))) }
    }

    /// What was set by ``limitResources(proc:mem:)`` before, in this run or an earlier one.
    ///
    /// - Parameters:
    ///   - store: Where it was saved.
    ///   - server: The server whose machine it is, where several share the store.
    /// - Returns: Cores and memory, or nil if nothing was set.
    /// - Throws: If the store does not answer.
    public static func savedMachine(
        in store: any JobStore,
        of server: String? = nil
    ) async throws(JobStoreError) -> Resources? {
        let saved = try await store.setting(machineSetting(of: server))
        return Resources(checking: saved?["proc"]?.integerValue, saved?["mem"]?.integerValue)
    }

    /// Takes new tasks; what runs is not touched.
    ///
    /// - Parameter catalogue: All tasks.
    public func replaceTasks(with catalogue: TaskCatalogue) {
        let before = effectiveLimits()
        tasks.replace(with: catalogue)
        tellScheduler(ofLimitsSince: before)
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

    func savedLimits() async throws(JobStoreError) -> [String: Int?] {
        let saved = try await store.setting(Self.limitSetting)?.objectValue ?? [:]
        var limits: [String: Int?] = [:]
        // What is neither a limit nor none leaves the task with that of its author.
        for (task, limit) in saved where limit.isNull || limit.countValue != nil {
            limits.updateValue(limit.countValue, forKey: task)
        }
        return limits
    }

    func save(_ value: JSONValue, as name: String) async throws(JobManagerError) {
        do throws(JobStoreError) {
            try await store.save(value, as: name)
        } catch {
            throw JobManagerError(error)
        }
    }
}
