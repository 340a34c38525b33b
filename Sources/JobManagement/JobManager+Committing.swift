import JobModel
import JobRunning
import JobScheduling
import JobStorage

extension JobManager {
    /// How many changes a commit holds at most: enough to make the commit's own cost vanish.
    private static let batchLimit = 512

    // MARK: Deciding

    /// Has a job changed, in memory now and in the store soon.
    func enqueue(_ change: JobChange, effect: Effect? = nil, ticket: CommitTicket.ID? = nil) {
        switch change {
        case .insert(let job): jobs[job.id] = ManagedJob(latest: job)
        case .update(let job): jobs[job.id]?.latest = job
        case .remove(let id, version: _): jobs[id]?.isRemoved = true
        }
        jobs[change.id]?.pending += 1
        if let ticket { tickets[ticket]?.remaining += 1 }
        pending.append(PendingChange(change: change, effect: effect, ticket: ticket))
        guard !isCommitting, isReady else { return }
        isCommitting = true
        Task { await commitPending() }
    }

    /// Does what the scheduler wants done.
    func apply(_ actions: [SchedulerAction]) {
        for case .start(let id) in actions {
            guard var job = jobs[id]?.latest else {
                preconditionFailure("the scheduler starts only jobs that it was given")
            }
            job.record(state: .running, at: now())
            enqueue(.update(job), effect: .start(launchOrder(for: job)))
        }
    }

    func launchOrder(for job: Job) -> LaunchOrder {
        LaunchOrder(
            id: job.id,
            task: job.task,
            args: job.args,
            resources: job.resources,
            username: job.username
        )
    }

    // MARK: Waiting

    func makeTicket() -> CommitTicket.ID {
        lastTicket += 1
        tickets[lastTicket] = CommitTicket(seq: seq)
        return lastTicket
    }

    /// Waits until all changes of the ticket are durable; nothing may be awaited since they were decided.
    func outcome(of ticket: CommitTicket.ID) async -> Result<Int, JobManagerError> {
        guard let waiting = tickets[ticket], waiting.remaining > 0 else {
            tickets[ticket] = nil
            return .success(seq)
        }
        return await withCheckedContinuation { tickets[ticket]?.continuation = $0 }
    }

    func settle(_ ticket: CommitTicket.ID, at seq: Int) {
        guard var waiting = tickets[ticket] else { return }
        waiting.remaining -= 1
        waiting.seq = max(waiting.seq, seq)
        tickets[ticket] = waiting.remaining > 0 ? waiting : nil
        if waiting.remaining == 0 { waiting.continuation?.resume(returning: .success(waiting.seq)) }
    }

    // MARK: Committing

    private func commitPending() async {
        while isReady, !pending.isEmpty {
            let batch = pending.takeBatch(limit: Self.batchLimit)
            let start = clock.now
            do throws(JobStoreError) {
                let first = try await store.commit(batch.map(\.change))
                statistics.commitTime += clock.now - start
                statistics.commits += 1
                statistics.changes += batch.count
                committed(batch, from: first)
            } catch {
                await recover(from: error)
            }
        }
        isCommitting = false
        for ticket in barrier { settle(ticket, at: seq) }
        barrier = []
    }

    private func committed(_ batch: [PendingChange], from first: Int) {
        var changes: [CommittedChange] = []
        changes.reserveCapacity(batch.count)
        for (offset, pending) in batch.enumerated() {
            changes.append(note(pending.change, at: first + offset))
        }
        seq = first + batch.count - 1
        observer.changesCommitted(changes)
        for (offset, pending) in batch.enumerated() {
            if let ticket = pending.ticket { settle(ticket, at: first + offset) }
            if let effect = pending.effect { effectSink.yield(effect) }
        }
    }

    /// Brings memory up to what is durable now.
    private func note(_ change: JobChange, at seq: Int) -> CommittedChange {
        let content: CommittedChange.Content
        switch change {
        case .insert(let job), .update(let job):
            content =
                job.archived ? .gone(job.id) : .live(SyncProcessor.minimalJob(of: job))
            jobs[job.id]?.committed = job
            for ticket in jobs[job.id]?.awaitingInsertion ?? [] { settle(ticket, at: seq) }
            jobs[job.id]?.awaitingInsertion = []
        case .remove(let id, version: _):
            content = .gone(id)
        }
        jobs[change.id]?.pending -= 1
        if let job = jobs[change.id], job.pending == 0, job.latest.state.isFinal {
            jobs[change.id] = nil
        }
        return CommittedChange(seq: seq, content: content)
    }
}
