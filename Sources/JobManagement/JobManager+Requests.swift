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
        guard !isFollowing else { return try await handOverNew(request) }
        return try await makeHere(request)
    }

    /// Makes a job as the one who decides.
    func makeHere(_ request: NewJob) async throws(JobManagerError) -> NewJobAnswer {
        try checkReady()
        // First, because a repeated request counts even if it would not be accepted anew: the
        // task may have gone or the machine become smaller since.
        if let id = request.id, let existing = try await existingJob(id, for: request) {
            return existing
        }
        if try await checkNames(of: request), let id = request.id,
            // Another call may have made the job while this one asked what is there.
            let existing = try await existingJob(id, for: request)
        {
            return existing
        }
        return try await makeChecked(request)
    }

    /// Makes a job whose id nobody else has.
    func make(_ request: NewJob) async throws(JobManagerError) -> NewJobAnswer {
        try checkReady()
        _ = try await checkNames(of: request)
        return try await makeChecked(request)
    }

    /// Makes a job; what its arguments name is there.
    private func makeChecked(_ request: NewJob) async throws(JobManagerError) -> NewJobAnswer {
        try checkReady()
        guard !isDraining else { throw .draining }
        // Another server may have begun to lead since the call came.
        guard !isFollowing else { throw .storeUnavailable }
        let job = try makeJob(request)
        let ticket = makeTicket()
        enqueue(.insert(job), ticket: ticket)
        apply(scheduler.handle(.jobArrived(JobRequest(job))))
        let seq = try await outcome(of: ticket).get().seq
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
            args = try task.check(request.args)
        } catch {
            throw .badArguments(field: error.field, message: error.message)
        }
        let resources = Resources(
            // A task says what is useful to it; on a small machine fewer cores do too. Memory
            // is another matter: with less of it than a task needs, it would fail.
            proc: request.proc ?? min(task.resources.proc, usualMachine.proc),
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
        let machine = usualMachine
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
    private func existingJob(
        _ id: JobID,
        for request: NewJob
    ) async throws(JobManagerError) -> NewJobAnswer? {
        if let managed = jobs[id] { return try await answer(for: managed, to: request) }
        let stored: Job?
        do throws(JobStoreError) {
            stored = try await ask { (store) throws(JobStoreError) in try await store.job(id) }
        } catch {
            throw JobManagerError(error)
        }
        try checkReady()
        // Another call may have made the job while this one asked the store.
        if let managed = jobs[id] { return try await answer(for: managed, to: request) }
        guard let stored else { return nil }
        try check(stored, isWhatIsAskedBy: request)
        return NewJobAnswer(id: stored.id, version: stored.version, seq: reached, created: false)
    }

    private func answer(
        for managed: ManagedJob,
        to request: NewJob
    ) async throws(JobManagerError) -> NewJobAnswer {
        let id = managed.latest.id
        try check(managed.latest, isWhatIsAskedBy: request)
        var position = reached
        if managed.committed == nil {
            let ticket = makeTicket()
            wait(for: id, ticket)
            position = try await outcome(of: ticket).get().seq
        }
        let version = jobs[id]?.committed?.version ?? managed.latest.version
        return NewJobAnswer(id: id, version: version, seq: position, created: false)
    }

    private func check(_ job: Job, isWhatIsAskedBy request: NewJob) throws(JobManagerError) {
        let task = tasks.catalogue[request.task]
        // Looks at nothing but the request: files that it names may have gone since.
        let args = (try? task?.check(request.args)) ?? request.args
        // Without a wish of the caller's it is the task's, or what the machine had at the time.
        let proc =
            request.proc ?? min(task?.resources.proc ?? job.resources.proc, job.resources.proc)
        let mem = request.mem ?? task?.resources.mem ?? job.resources.mem
        let difference: String? =
            if !job.task.isExactly(request.task) {
                "task"
            } else if !job.args.hasSameMembers(as: args) {
                "args"
            } else if job.resources.proc != proc { "proc" } else if job.resources.mem != mem {
                "mem"
            } else { nil }
        if let difference { throw .conflict(job.id, differs: difference) }
    }

    func checkReady() throws(JobManagerError) {
        guard isReady else { throw .storeUnavailable }
        if storing.keepsChanges { throw .storeTakesNothing(storing.cause) }
    }
}
