import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Threads

extension JobManager {
    /// How many changes a commit holds at most: enough to make the commit's own cost vanish.
    private static let batchLimit = 512

    // MARK: Gathering

    /// For how long a change waits at most for others to be committed with it, though more is to come.
    ///
    /// About what a commit takes, so a caller who only looks on waits no longer than behind a commit.
    private static let patience = Duration.milliseconds(2)

    /// Has what is asked for within a body committed together, as far as one commit goes.
    ///
    /// - Parameter ask: Asks, and does not wait for the answers.
    public nonisolated func gather(_ ask: () -> Void) {
        // All three reach the mailbox right here, in this order, and nothing of it is looked at before.
        mailbox.gathering {
            Task.immediate { await self.hold() }
            ask()
            Task.immediate { await self.release() }
        }
    }

    func hold() { gatherings += 1 }

    func release() {
        gatherings -= 1
        commitSoon()
    }

    /// Asks the store; the changes of callers who ask together wait for what comes of the answer.
    ///
    /// Without that a batch that has to ask was told in up to eight parts, each of them sent to everybody.
    func ask<Answer: Sendable>(
        _ question: (any JobStore) async throws(JobStoreError) -> Answer
    ) async throws(JobStoreError) -> Answer {
        guard gatherings > 0 else { return try await question(store) }
        hold()
        // The commit begins in a task of its own, after the caller has gone on from here.
        defer { release() }
        return try await question(store)
    }

    /// Whether nobody is to be waited for before a commit begins.
    private var areGathered: Bool {
        gatherings == 0 || pendingSince.map { clock.now - $0 >= Self.patience } ?? false
    }

    /// Whether something was decided that no commit has begun with.
    var hasPending: Bool { !pending.isEmpty || !pendingSettings.isEmpty }

    /// Begins to commit, if there is something and it is not being done already.
    func commitSoon() {
        guard hasPending, !isCommitting, isReady else { return }
        guard areGathered else { return commitLater() }
        isCommitting = true
        Task { await commitPending() }
    }

    /// Begins to commit when others were waited for long enough: what they wait for may not come.
    private func commitLater() {
        guard !isWaitingForOthers else { return }
        isWaitingForOthers = true
        Task {
            try? await Task.sleep(for: Self.patience)
            isWaitingForOthers = false
            commitSoon()
        }
    }

    // MARK: Deciding

    /// Has a job changed, in memory now and in the store soon.
    func enqueue(
        _ change: JobChange,
        effect: Effect? = nil,
        ticket: CommitTicket.ID? = nil,
        fact: JobFact? = nil
    ) {
        switch change {
        case .insert(let job): jobs[job.id] = ManagedJob(latest: job)
        case .update(let job): jobs[job.id]?.latest = job
        case .remove(let id, version: _): jobs[id]?.isRemoved = true
        }
        jobs[change.id]?.pending += 1
        if let ticket { tickets[ticket]?.remaining += 1 }
        if !hasPending { pendingSince = clock.now }
        pending.append(
            PendingChange(change: change, effect: effect, ticket: ticket, fact: fact)
        )
        commitSoon()
    }

    /// Does what the scheduler wants done.
    func apply(_ actions: [SchedulerAction]) {
        for case .start(let id) in actions {
            guard var job = jobs[id]?.latest else {
                preconditionFailure("the scheduler starts only jobs that it was given")
            }
            launching.started(id)
            job.record(state: .running, at: now())
            if let server { job.assign(to: server) }
            enqueue(.update(job), effect: .start(launchOrder(for: job)))
        }
    }

    /// What the runner is told of a job that is to be started or taken up.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - isDoubtful: Whether the store may have lost what became of it.
    /// - Returns: The order, which counts from now on.
    func launchOrder(for job: Job, isDoubtful: Bool = false) -> LaunchOrder {
        lastOrder += 1
        orders[job.id] = lastOrder
        return LaunchOrder(
            id: job.id,
            task: job.task,
            args: job.args,
            resources: job.resources,
            username: job.username,
            number: lastOrder,
            past: job.current.stage.map { .inStage($0) } ?? (isDoubtful ? .forgotten : nil)
        )
    }

    // MARK: Waiting

    func makeTicket() -> CommitTicket.ID {
        lastTicket += 1
        tickets[lastTicket] = CommitTicket(seq: reached)
        return lastTicket
    }

    /// Waits until all changes of the ticket are durable; nothing may be awaited since they were decided.
    func outcome(
        of ticket: CommitTicket.ID
    ) async -> Result<CommitTicket.Settlement, JobManagerError> {
        guard let waiting = tickets[ticket], waiting.remaining > 0 else {
            tickets[ticket] = nil
            return .success(CommitTicket.Settlement(seq: reached))
        }
        return await withCheckedContinuation { tickets[ticket]?.continuation = $0 }
    }

    func settle(_ ticket: CommitTicket.ID, at seq: Int, changedElsewhere id: JobID? = nil) {
        guard var waiting = tickets[ticket] else { return }
        waiting.remaining -= 1
        waiting.seq = max(waiting.seq, seq)
        if let id { waiting.changedElsewhere.append(id) }
        tickets[ticket] = waiting.remaining > 0 ? waiting : nil
        guard waiting.remaining == 0 else { return }
        let settlement = CommitTicket.Settlement(
            seq: waiting.seq,
            changedElsewhere: waiting.changedElsewhere
        )
        waiting.continuation?.resume(returning: .success(settlement))
    }

    // MARK: Committing

    /// A batch of changes on its way into the store.
    private struct Commit {
        let batch: [PendingChange]
        let settings: PendingSettings
        let era: Int
        let start: ContinuousClock.Instant
        let outcome: Task<Result<Int, JobStoreError>, Never>
    }

    private func commitPending() async {
        var following: Commit?
        while let commit = following ?? beginCommit() {
            following = nil
            let outcome = await commit.outcome.value
            // What another era has decided was dropped; what of it is durable is read anew.
            guard commit.era == era else { continue }
            switch outcome {
            case .success(let first):
                let time = clock.now - commit.start
                statistics.commitTime += time
                statistics.commitTimes.observe(time)
                statistics.commits += 1
                statistics.changes += commit.batch.count
                underway = []
                underwaySettings = PendingSettings()
                noteThatStoreWorks()
                // The store goes on while those are answered whom it has kept waiting.
                following = beginCommit()
                committed(commit.batch, from: first)
                noteCommitted(commit.settings)
                if !heldFacts.isEmpty, isReady, !isFollowing { learnHeldFacts() }
            case .failure(.notWritten(let cause)):
                await keepChanges(because: cause)
            case .failure(let error):
                await commitFailed(error)
            }
        }
        isCommitting = false
        for ticket in barrier { settle(ticket, at: reached) }
        barrier = []
        commitSoon()
    }

    /// Has the store begin with the changes that wait; nil if there are none, or none may be made.
    private func beginCommit() -> Commit? {
        guard isReady, hasPending, areGathered else { return nil }
        underway = pending.takeBatch(limit: Self.batchLimit)
        underwaySettings = pendingSettings.take()
        return Commit(
            batch: underway,
            settings: underwaySettings,
            era: era,
            start: clock.now,
            outcome: commit(underway.map(\.change), saving: underwaySettings.values)
        )
    }

    /// Hands changes to the store, which begins at once, whatever this actor has still to do.
    private func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) -> Task<Result<Int, JobStoreError>, Never> {
        var term: Int?
        if case .leading(let current) = sharing?.lease.role { term = current }
        let isSure = cluster.map { sharing?.lease.isSure(at: $0.time.now()) == true } ?? true
        return Task { @concurrent [store, cluster] in
            do throws(JobStoreError) {
                guard let cluster, let term else {
                    return .success(try await store.commit(changes, saving: settings))
                }
                guard isSure else { throw .fenced }
                return .success(
                    try await cluster.store.commit(changes, saving: settings, term: term)
                )
            } catch {
                return .failure(error)
            }
        }
    }

    private func commitFailed(_ error: JobStoreError) async {
        guard cluster != nil else {
            await recover(from: error)
            return
        }
        if case .unavailable(let cause) = error {
            noteStoreTrouble(cause, keepsChanges: false)
        }
        if case .conflict(let id) = error, jobs[id]?.committed?.state.isFinal == true {
            yield(id)
        } else {
            dropDecisions(because: "the store failed: \(error)")
        }
    }

    /// Gives up the changes of an ended job that another server has changed first; the rest is tried anew.
    private func yield(_ id: JobID) {
        let given = underway.filter { $0.change.id == id } + pending.removeAll(of: id)
        pending.putBack(underway.filter { $0.change.id != id })
        pendingSettings.putBack(underwaySettings.take())
        underway = []
        jobs[id] = nil
        for change in given {
            if let ticket = change.ticket { settle(ticket, at: reached, changedElsewhere: id) }
        }
    }

    private func committed(_ batch: [PendingChange], from first: Int) {
        var changes: [CommittedChange] = []
        changes.reserveCapacity(batch.count)
        for (offset, pending) in batch.enumerated() {
            changes.append(note(pending.change, at: first + offset))
        }
        reached = max(reached, first + batch.count - 1)
        // Where another server has committed something in between, the feed tells all in order.
        if cluster == nil || first == told + 1 {
            told = first + batch.count - 1
            observer.changesCommitted(changes)
        }
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
            settleWaiters(of: job.id, upTo: job.version, at: seq)
        case .remove(let id, version: _):
            content = .gone(id)
            settleWaiters(of: id, upTo: .max, at: seq)
        }
        jobs[change.id]?.pending -= 1
        if let job = jobs[change.id], job.pending == 0, job.latest.state.isFinal {
            jobs[change.id] = nil
            orders[change.id] = nil
        }
        return CommittedChange(seq: seq, content: content)
    }

    /// Has a caller wait until the newest version of a job is durable.
    func wait(for id: JobID, _ ticket: CommitTicket.ID) {
        guard let job = jobs[id], job.pending > 0 else { return }
        tickets[ticket]?.remaining += 1
        jobs[id]?.waiters.append((job.latest.version, ticket))
    }

    private func settleWaiters(of id: JobID, upTo version: Int, at seq: Int) {
        guard let waiters = jobs[id]?.waiters, !waiters.isEmpty else { return }
        for waiter in waiters where waiter.version <= version { settle(waiter.ticket, at: seq) }
        jobs[id]?.waiters.removeAll { $0.version <= version }
    }
}
