import JSON
import JobModel
import JobScheduling
import JobStorage
import JobTasks

extension JobManager {
    /// Makes a job, or finds the one that an equal request has made.
    ///
    /// - Parameter request: What is wanted.
    /// - Returns: The job's name and version, once it is durable.
    /// - Throws: What is not acceptable; or `storeUnavailable`, after which the same request with the
    ///   same id can be repeated safely.
    public func new(_ request: NewJob) async throws(JobManagerError) -> NewJobAnswer {
        try checkReady()
        guard !isDraining else { throw .draining }
        let job = try makeJob(request)
        if request.id != nil, let existing = try await existingJob(like: job) { return existing }
        let ticket = makeTicket()
        enqueue(.insert(job), ticket: ticket)
        apply(scheduler.handle(.jobArrived(JobRequest(job))))
        let seq = try await outcome(of: ticket).get()
        return NewJobAnswer(id: job.id, version: job.version, seq: seq, created: true)
    }

    private func makeJob(_ request: NewJob) throws(JobManagerError) -> Job {
        let catalogue = tasks.catalogue
        guard let task = catalogue[request.task] else {
            let suggestion = catalogue.suggestion(for: request.task)
            throw .unknownTask(request.task, suggestion: suggestion)
        }
        if let reason = task.unavailable { throw .taskUnavailable(task.name, reason: reason) }
        let args: JSONObject
        do throws(ArgumentError) {
            args = try task.check(request.args, in: dataFolder)
        } catch {
            throw .badArguments(field: error.field, message: error.message)
        }
        let resources = Resources(
            proc: request.proc ?? task.resources.proc,
            mem: request.mem ?? task.resources.mem
        )
        try checkFits(resources)
        return Job(
            new: request.id ?? .random(using: &generator),
            task: task.name,
            args: args,
            resources: resources,
            priority: request.priority,
            username: request.username,
            at: now()
        )
    }

    private func checkFits(_ resources: Resources) throws(JobManagerError) {
        let machine = scheduler.machine
        if resources.proc > machine.proc {
            let problem = "asks for \(resources.proc) cores, and jobs may use \(machine.proc)"
            throw .badArguments(field: "proc", message: problem)
        }
        if resources.mem > machine.mem {
            let problem = "asks for \(resources.mem) GB, and jobs may use \(machine.mem)"
            throw .badArguments(field: "mem", message: problem)
        }
    }

    /// The answer for a job that is there already, if one of that id is.
    private func existingJob(like job: Job) async throws(JobManagerError) -> NewJobAnswer? {
        if let managed = jobs[job.id] { return try await answer(for: managed, like: job) }
        let stored: Job?
        do throws(JobStoreError) {
            stored = try await store.job(job.id)
        } catch {
            throw JobManagerError(error)
        }
        try checkReady()
        // Another call may have made the job while this one asked the store.
        if let managed = jobs[job.id] { return try await answer(for: managed, like: job) }
        guard let stored else { return nil }
        try Self.check(stored, isLike: job)
        return NewJobAnswer(id: stored.id, version: stored.version, seq: seq, created: false)
    }

    private func answer(
        for managed: ManagedJob,
        like job: Job
    ) async throws(JobManagerError) -> NewJobAnswer {
        try Self.check(managed.latest, isLike: job)
        var position = seq
        if managed.committed == nil {
            let ticket = makeTicket()
            tickets[ticket]?.remaining = 1
            jobs[job.id]?.awaitingInsertion.append(ticket)
            position = try await outcome(of: ticket).get()
        }
        let version = jobs[job.id]?.committed?.version ?? managed.latest.version
        return NewJobAnswer(id: job.id, version: version, seq: position, created: false)
    }

    private static func check(_ found: Job, isLike job: Job) throws(JobManagerError) {
        let difference: String? =
            if found.task != job.task { "task" } else if !found.args.hasSameMembers(as: job.args) {
                "args"
            } else if found.resources.proc != job.resources.proc {
                "proc"
            } else if found.resources.mem != job.resources.mem { "mem" } else { nil }
        if let difference { throw .conflict(job.id, differs: difference) }
    }

    func checkReady() throws(JobManagerError) {
        guard isReady else { throw .storeUnavailable }
    }
}
