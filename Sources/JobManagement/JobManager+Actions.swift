public import JobModel
import JobScheduling
import JobStorage

extension JobManager {
    /// Calls off waiting jobs and tells running ones to stop.
    ///
    /// - Parameters:
    ///   - ids: Which jobs.
    ///   - reason: Who or what wants it, for the jobs' logs.
    /// - Returns: What became of each, once it is durable.
    /// - Throws: `storeUnavailable` if that is not known.
    public func cancel(
        _ ids: [JobID],
        reason: String
    ) async throws(JobManagerError) -> JobActionAnswer {
        try await act(on: ids) { manager, job, ticket in
            switch job.state {
            case .waiting:
                var job = job
                job.record(state: .cancelled, at: manager.now())
                manager.enqueue(.update(job), ticket: ticket)
                manager.statistics.ended[.cancelled, default: 0] += 1
                manager.apply(manager.scheduler.handle(.jobWithdrawn(job.id)))
                return .success(.cancelled)
            case .running:
                var job = job
                job.record(state: .cancelling, at: manager.now())
                manager.enqueue(
                    .update(job),
                    effect: .cancel(job.id, reason: reason),
                    ticket: ticket
                )
                return .success(.cancelling)
            case .cancelling:
                return .success(.cancelling)
            case .complete, .error, .cancelled:
                return .failure(.badState(job.id, job.state))
            }
        }
    }

    /// Puts ended jobs away.
    ///
    /// - Parameter ids: Which jobs; those that are put away already count as done.
    /// - Returns: What became of each, once it is durable.
    /// - Throws: `storeUnavailable` if that is not known.
    public func archive(_ ids: [JobID]) async throws(JobManagerError) -> JobActionAnswer {
        try await act(on: ids) { manager, job, ticket in
            guard job.state.isFinal else { return .failure(.badState(job.id, job.state)) }
            guard !job.archived else { return .success(.archived) }
            var job = job
            job.archive(at: manager.now())
            manager.enqueue(.update(job), ticket: ticket)
            return .success(.archived)
        }
    }

    /// Removes ended jobs and their logs.
    ///
    /// - Parameter ids: Which jobs.
    /// - Returns: What became of each, once it is durable.
    /// - Throws: `storeUnavailable` if that is not known.
    public func remove(_ ids: [JobID]) async throws(JobManagerError) -> JobActionAnswer {
        try await act(on: ids) { manager, job, ticket in
            guard job.state.isFinal else { return .failure(.badState(job.id, job.state)) }
            manager.enqueue(
                .remove(job.id, version: job.version),
                effect: .removeLog(job.id),
                ticket: ticket
            )
            return .success(.removed)
        }
    }

    private typealias Action = (
        isolated JobManager, Job, CommitTicket.ID
    ) -> Result<JobActionOutcome, JobManagerError>

    private func act(
        on ids: [JobID],
        _ action: Action
    ) async throws(JobManagerError) -> JobActionAnswer {
        try checkReady()
        try await bringIn(ids.filter { jobs[$0] == nil })
        let ticket = makeTicket()
        var outcomes: [JobID: Result<JobActionOutcome, JobManagerError>] = [:]
        for id in ids where outcomes[id] == nil {
            guard let managed = jobs[id], !managed.isRemoved else {
                outcomes[id] = .failure(.notFound(id))
                continue
            }
            outcomes[id] = action(self, managed.latest, ticket)
        }
        for id in ids { letGo(id) }
        let seq = try await outcome(of: ticket).get()
        return JobActionAnswer(jobs: outcomes, seq: seq)
    }

    /// Takes ended jobs from the store into memory, so that nobody else changes them in between.
    private func bringIn(_ ids: [JobID]) async throws(JobManagerError) {
        for id in ids {
            let stored: Job?
            do throws(JobStoreError) {
                stored = try await store.job(id)
            } catch {
                throw JobManagerError(error)
            }
            try checkReady()
            guard let stored, stored.state.isFinal, jobs[id] == nil else { continue }
            jobs[id] = ManagedJob(latest: stored, committed: stored)
        }
    }

    /// Forgets an ended job that nothing is to be done with.
    private func letGo(_ id: JobID) {
        if let job = jobs[id], job.pending == 0, job.latest.state.isFinal { jobs[id] = nil }
    }
}
