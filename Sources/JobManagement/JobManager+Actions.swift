public import JobModel
import JobScheduling
import JobStorage

extension JobManager {
    /// Calls off waiting jobs and tells running ones to stop.
    ///
    /// - Parameters:
    ///   - ids: Which jobs.
    ///   - reason: Why, for the jobs' histories and logs.
    ///   - username: Who wants it.
    /// - Returns: What became of each, once it is durable.
    /// - Throws: `storeUnavailable` if that is not known.
    public func cancel(
        _ ids: [JobID],
        reason: String? = nil,
        by username: String? = nil
    ) async throws(JobManagerError) -> JobActionAnswer {
        let cancellation = Cancellation(by: username, reason: reason)
        guard !isFollowing else { return try await handOverCancel(of: ids, cancellation) }
        return try await cancelHere(ids, cancellation)
    }

    /// Calls off jobs as the one who decides; `again` if that may have been done, and the answer be lost.
    func cancelHere(
        _ ids: [JobID],
        _ cancellation: Cancellation,
        again: Bool = false
    ) async throws(JobManagerError) -> JobActionAnswer {
        try await act(on: ids) { manager, job, ticket in
            switch job.state {
            case .waiting:
                var job = job
                job.record(state: .cancelled, cancellation: cancellation, at: manager.now())
                manager.enqueue(.update(job), ticket: ticket)
                manager.statistics.ended[.cancelled, default: 0] += 1
                manager.apply(manager.scheduler.handle(.jobWithdrawn(job.id)))
                return .success(.cancelled)
            case .running:
                var job = job
                job.record(state: .cancelling, cancellation: cancellation, at: manager.now())
                manager.enqueue(
                    .update(job),
                    effect: manager.isOwn(job)
                        ? .cancel(job.id, reason: cancellation.sentence) : nil,
                    ticket: ticket
                )
                return .success(.cancelling)
            case .cancelling:
                manager.wait(for: job.id, ticket)
                return .success(.cancelling)
            case .cancelled where again:
                manager.wait(for: job.id, ticket)
                return .success(.cancelled)
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
            guard !job.archived else {
                manager.wait(for: job.id, ticket)
                return .success(.archived)
            }
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

    /// How often a job is looked at anew that other servers change at the same time.
    private static let attempts = 10

    private func act(
        on ids: [JobID],
        _ action: Action
    ) async throws(JobManagerError) -> JobActionAnswer {
        var outcomes: [JobID: Result<JobActionOutcome, JobManagerError>] = [:]
        var seq = 0
        var left = ids
        for _ in 0..<Self.attempts {
            try checkReady()
            try await bringIn(left.filter { jobs[$0] == nil || isFollowing })
            let ticket = makeTicket()
            for id in left where outcomes[id] == nil {
                guard let managed = jobs[id], !managed.isRemoved else {
                    outcomes[id] = .failure(.notFound(id))
                    continue
                }
                outcomes[id] = action(self, managed.latest, ticket)
            }
            for id in left { letGo(id) }
            let settlement = try await outcome(of: ticket).get()
            seq = max(seq, settlement.seq)
            left = settlement.changedElsewhere
            guard !left.isEmpty else { return JobActionAnswer(jobs: outcomes, seq: seq) }
            for id in left { outcomes[id] = nil }
        }
        throw .storeUnavailable
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
            // The leader may have ended it and the feed not have told yet.
            if isFollowing, let stored { catchUp(with: stored) }
            guard let stored, stored.state.isFinal, jobs[id] == nil else { continue }
            jobs[id] = ManagedJob(latest: stored, committed: stored)
        }
    }

    /// Forgets an ended job that nothing is to be done with.
    private func letGo(_ id: JobID) {
        if let job = jobs[id], job.pending == 0, job.latest.state.isFinal { jobs[id] = nil }
    }
}
