import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Logging

extension JobManager {
    /// How many changes are read at a time.
    static let pageSize = 2000

    /// Drops what the store has not taken, tells the callers, and reads everything anew until it works.
    func recover(from error: JobStoreError) async {
        var pause = noteStoreTrouble("\(error)", keepsChanges: false)
        dropPending()
        while !isReady, !Task.isCancelled {
            // Even if it answers at once: a store that takes no changes would be read without end.
            await leaveStoreAlone(for: pause)
            guard !hasEnded else { return }
            do throws(JobStoreError) {
                try await readSettingsAnew()
                try await readEverything()
                noteThatAllIsRead()
            } catch {
                pause = noteStoreTrouble("\(error)", keepsChanges: false)
            }
        }
    }

    /// Drops what the store has not taken and tells the callers; what led to it by itself is kept.
    func dropPending() {
        statistics.recoveries += 1
        era += 1
        isReady = false
        storing.forgetChanges()
        let dropped = underway + pending.removeAll()
        underway = []
        dropSettings()
        sharing?.isLeaderTold = false
        heldFacts.putBack(dropped.compactMap(\.fact))
        barrier = []
        for ticket in tickets.values {
            ticket.continuation?.resume(returning: .failure(.storeUnavailable))
        }
        tickets = [:]
    }

    /// Builds memory from the store, tells the observer what it has not heard, and takes up what runs.
    func readEverything() async throws(JobStoreError) {
        let position = try await store.position()
        let content = try await readContent(at: position)
        let waiting = content.active.filter { $0.state == .waiting }.map(\.id)
        let begun = await runner.traces(of: waiting.filter(content.doubtful.contains))
        observer.historyOpened(at: position)
        if position.epoch == epoch, position.horizon > told, told > 0 {
            observer.snapshotRead(
                SnapshotRead(seq: position.seq, changes: content.changes, later: content.later)
            )
        } else {
            // Of another history nothing was told yet.
            let isSame = position.epoch == epoch
            observer.changesCommitted(
                isSame ? content.changes.filter { $0.seq > told } : content.changes
            )
        }
        let isFirst = epoch.isEmpty
        epoch = position.epoch
        told = position.seq
        reached = position.seq
        isReady = true
        takeUp(content, begun: begun)
        if isFirst { removeLeftovers(of: content.changes) }
        if isFollowing { sendFacts() } else { learnHeldFacts() }
    }

    private struct Content {
        /// The jobs that have not ended.
        var active: [Job] = []
        /// The newest change of each job.
        var changes: [CommittedChange] = []
        /// Jobs that others have changed while this was read, whose changes the feed will tell.
        var later: Set<JobID> = []
        /// Jobs of which the store may have forgotten what became of them.
        var doubtful: Set<JobID> = []
    }

    private func readContent(at position: StorePosition) async throws(JobStoreError) -> Content {
        var content = Content()
        var cursor = 0
        // Who shares a store has one that loses nothing of what it has told.
        let lost = cluster == nil ? try await LostChanges(in: store) : nil
        while true {
            let page = try await store.changes(after: cursor, limit: Self.pageSize)
            for change in page {
                if case .live(let job) = change.content, !job.state.isFinal {
                    content.active.append(job)
                    if let lost, change.seq <= lost.seq { content.doubtful.insert(job.id) }
                }
                if cluster == nil || change.seq <= position.seq {
                    content.changes.append(CommittedChange(change))
                } else {
                    content.later.insert(change.id)
                }
            }
            guard let last = page.last, page.count == Self.pageSize else { return content }
            cursor = last.seq
        }
    }

    private func takeUp(_ content: Content, begun: Set<JobID>) {
        let active = content.active
        let before = jobs.values.compactMap(\.committed)
        orders = [:]
        // A job that was changed between two pages stands in both.
        jobs = Dictionary(
            active.map { ($0.id, ManagedJob(latest: $0, committed: $0)) },
            uniquingKeysWith: { $1 }
        )
        for job in active where job.state.holdsResources && isOwn(job) {
            adopt(job, isDoubtful: content.doubtful.contains(job.id))
        }
        for job in active where begun.contains(job.id) { takeUpForgotten(job) }
        if cluster != nil { endWhatWasGivenUp(of: before) }
        let known = active.filter { isOwn($0) || $0.server == nil }
        // Nobody knows how it stands with what cannot be read: its folders stay as they are.
        let unknown = store.setAside.compactMap { $0.kind == .job ? JobID($0.id) : nil }
        effectSink.yield(.sweep(keeping: Set(known.map(\.id) + unknown)))
        rebuildScheduler()
    }

    /// Has the runner find out what became of a job that waits by a store that has lost changes, though it was
    /// started here once.
    ///
    /// If that cannot be known any more, it is lost: it must not run twice.
    private func takeUpForgotten(_ job: Job) {
        var job = job
        job.record(state: .running, at: now())
        if let server { job.assign(to: server) }
        enqueue(.update(job), effect: .adopt(launchOrder(for: job, isDoubtful: true)))
    }

    /// Has that removed which a server that died did not come to remove, with the jobs that it belonged to.
    ///
    /// Only what the store remembers to have left its live set is looked at: that it does not know of a job
    /// means nothing, for it may be the wrong store, or an older copy.
    private func removeLeftovers(of changes: [CommittedChange]) {
        let gone = changes.compactMap { if case .gone(let id) = $0.content { id } else { nil } }
        effectSink.yield(.removeLeftovers(ofGone: gone, epoch: epoch, seq: told))
    }

    /// Whether a job is to be taken up, in the moment before it is.
    ///
    /// A feed tells what was, and a runner starts a job that has left nothing behind: so one whose end
    /// is durable, and whose traces are cleared away, must not be taken up on word of its past.
    func stillRunsHere(_ id: JobID) async -> Bool {
        guard let cluster else { return true }
        while !Task.isCancelled {
            do throws(JobStoreError) {
                guard let job = try await cluster.store.job(id) else { return false }
                return job.state.holdsResources && isOwn(job)
            } catch {
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        return false
    }

    /// Has the runner end what others have given up while this server was not heard of.
    private func endWhatWasGivenUp(of before: [Job]) {
        for job in before where job.state.holdsResources && isOwn(job) {
            if let now = jobs[job.id]?.latest, now.state.holdsResources, isOwn(now) { continue }
            effectSink.yield(.cancel(job.id, reason: Self.givenUp))
            effectSink.yield(.forget(job.id))
        }
    }

    /// Ends what runs here although by the store it has ended, or runs elsewhere: others have given it up.
    func endStray(_ id: JobID) async {
        guard let job = try? await store.job(id), job.state.isFinal || runsElsewhere(job) else {
            // Perhaps from an older copy of the store, or about to run again: nobody asked for its end.
            logger.warning("an unknown job runs", metadata: ["job": "\(id)"])
            return
        }
        logger.notice("a job runs that was given up; ending it", metadata: ["job": "\(id)"])
        await runner.adopt(launchOrder(for: job))
        await runner.cancel(id, reason: Self.givenUp)
    }

    private func runsElsewhere(_ job: Job) -> Bool { job.state.holdsResources && !isOwn(job) }

    /// Has the runner go on with a job that an earlier server started on this machine.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - isDoubtful: Whether the store may have lost what became of it.
    func adopt(_ job: Job, isDoubtful: Bool = false) {
        effectSink.yield(.adopt(launchOrder(for: job, isDoubtful: isDoubtful)))
        if job.state == .cancelling {
            let reason = job.current.cancellation?.sentence
            effectSink.yield(
                .cancel(job.id, reason: reason ?? "cancelled before the server started")
            )
        }
    }

    /// Has the scheduler begin anew with the jobs in memory.
    func rebuildScheduler() {
        scheduler = SchedulerState(
            machine: isFollowing ? sharing?.leader?.machine ?? machine : machine,
            taskLimits: effectiveLimits(),
            decides: !isFollowing
        )
        _ = scheduler.handle(.startingPaused(true))
        if let hindrance = hindranceAtRebuild() {
            _ = scheduler.handle(.startingHindered(hindrance))
        }
        let active = jobs.values.map(\.latest)
        for job in active where job.state.holdsResources { _ = scheduler.handle(running(job)) }
        let waiting = active.filter { $0.state == .waiting }
            .sorted { ($0.added, $0.id) < ($1.added, $1.id) }
        for job in waiting { arrive(job) }
        if !isDraining { apply(scheduler.handle(.startingPaused(false))) }
    }
}

extension StoredChange {
    /// Which job was changed.
    var id: JobID {
        switch content {
        case .live(let job): job.id
        case .gone(let id): id
        }
    }
}
