import JSON
public import JobModel
import JobScheduling
public import JobStorage

// Settings go the way of jobs' changes: they are decided in memory, at once and in order, and
// committed with the next batch.

extension JobManager {
    /// The setting in the store that holds tasks' limits.
    public static let limitSetting = "task_limits"
    private static let machineSetting = "machine"
    /// The largest machine that anybody may describe: its parts can be added up.
    static let largestMachine = Resources(proc: 1_000_000, mem: 1_000_000_000)

    /// The setting in the store that holds what jobs may use of a machine.
    ///
    /// - Parameter server: Whose machine, where several servers share the store; nil where none does.
    /// - Returns: The setting's name.
    public static func machineSetting(of server: String?) -> String {
        server.map { "\(machineSetting).\($0)" } ?? machineSetting
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
        Resources(setting: try await store.setting(machineSetting(of: server)))
    }

    /// Has a setting saved, in memory now and in the store soon.
    func save(_ change: SettingChange, ticket: CommitTicket.ID? = nil) {
        if let ticket { tickets[ticket]?.remaining += 1 }
        if pending.isEmpty, pendingSettings.isEmpty { pendingSince = clock.now }
        pendingSettings.append(change, ticket: ticket)
        commitSoon()
    }

    /// Takes note of settings that are durable now.
    func noteCommitted(_ settings: PendingSettings) {
        guard !settings.isEmpty else { return }
        let machineName = Self.machineSetting(of: cluster?.server)
        for change in settings.values where change.name == machineName {
            durableMachine = Resources(setting: change.value) ?? durableMachine
        }
        for ticket in settings.waiting { settle(ticket, at: reached) }
        observer.settingsChanged()
    }

    /// Takes the settings back that were decided and not committed, as far as the store does not have them.
    func readSettingsAnew() async throws(JobStoreError) {
        limitOverrides = try await savedLimits()
        guard !droppedMachines.isEmpty else { return }
        let saved = try await Self.savedMachine(in: store, of: cluster?.server)
        // Of a commit whose outcome is not known, the store knows it.
        if let saved, droppedMachines.contains(saved) { durableMachine = saved }
        machine = durableMachine
        droppedMachines = []
    }

    /// Drops settings that may not have been committed.
    func dropSettings() {
        let machineName = Self.machineSetting(of: cluster?.server)
        for settings in [underwaySettings.take(), pendingSettings.take()] {
            for change in settings.values where change.name == machineName {
                if let machine = Resources(setting: change.value) {
                    droppedMachines.insert(machine)
                }
            }
        }
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

    /// The limits that were set, as a setting.
    func limitChange() -> SettingChange {
        let document = JSONObject(
            uniqueKeysWithValues: limitOverrides.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value.map { .integer($0) } ?? .null) }
        )
        return SettingChange(Self.limitSetting, to: .object(document))
    }

    /// What jobs may use of this machine, as a setting.
    func machineChange() -> SettingChange {
        SettingChange(
            Self.machineSetting(of: cluster?.server),
            to: ["proc": .integer(machine.proc), "mem": .integer(machine.mem)]
        )
    }
}

extension Resources {
    fileprivate init?(setting: JSONValue?) {
        self.init(checking: setting?["proc"]?.integerValue, setting?["mem"]?.integerValue)
    }

    /// The machine as it usually is: where it is to start nothing at the moment, as it was before.
    func usual(before: Resources) -> Resources {
        Resources(proc: proc > 0 ? proc : before.proc, mem: mem > 0 ? mem : before.mem)
    }
}
