import JSON
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Logging

extension JobManager {
    private static let leaderSetting = "leader"
    /// The reason that stands in the log of a job that others have given up.
    static let givenUp = "given up, because this server was not heard of for too long"

    // MARK: The feed

    func followFeed(of cluster: Cluster) async {
        while !Task.isCancelled {
            do throws(JobStoreError) {
                guard let feed = sharing?.feed else { throw .unavailable("the feed is closed") }
                let events = try await feed.next()
                guard !events.isEmpty else { continue }
                await memoryTurn.take()
                defer { memoryTurn.pass() }
                try await take(events, of: cluster)
            } catch {
                guard !Task.isCancelled else { break }
                await reopenFeed(of: cluster, after: error)
            }
        }
        await sharing?.feed?.close()
    }

    private func take(
        _ events: [StoreEvent],
        of cluster: Cluster
    ) async throws(JobStoreError) {
        // First of all, so that nobody seems absent whose sign of life stands further behind.
        for case .noted(let note) in events {
            sharing?.absence.hear(note.id, at: cluster.time.now())
            sharing?.servers[note.id] = note
        }
        for event in events {
            switch event {
            case .committed(let changes, let position):
                // While memory is built, it will be from what the store has later than this.
                if isReady { take(changes, upTo: position) }
            case .called(let call): perform(call)
            case .answered(let answer): if answer.to == cluster.server { resume(answer) }
            case .saved(let name):
                if isFollowing { try await readSetting(name, of: cluster) }
            case .leaseChanged: leaseSignal.give()
            case .noted(let note):
                if note.id == cluster.server, note.beat >= sharing?.leadingBeat ?? 0 {
                    sharing?.isFeedCurrent = true
                }
            }
        }
    }

    /// Tells the observer what it has not heard, and has a follower's memory follow.
    private func take(_ changes: [StoredChange], upTo position: Int) {
        guard position > told else { return }
        let news = changes.filter { $0.seq > told }
        if !news.isEmpty { observer.changesCommitted(news.map(CommittedChange.init)) }
        if isFollowing {
            for change in news {
                switch change.content {
                case .live(let job): catchUp(with: job)
                case .gone(let id): drop(id)
                }
            }
        }
        let gone = news.compactMap { if case .gone(let id) = $0.content { id } else { nil } }
        if !gone.isEmpty { effectSink.yield(.removeLogs(ofGone: gone)) }
        told = position
        reached = max(reached, position)
    }

    /// How many jobs are looked for at a time.
    private static let lookups = 500

    /// Removes the logs and outputs that this machine has of jobs that were removed, through another server
    /// or by one that died before it came to that; others were archived.
    func removeLogs(ofGone gone: [JobID]) async {
        for start in stride(from: 0, to: gone.count, by: Self.lookups) {
            let part = gone[start...].prefix(Self.lookups)
            let query = JobQuery(filter: JobFilter(ids: Set(part)), limit: part.count)
            // What is left over for want of an answer harms nobody.
            guard let kept = try? await store.find(query) else { return }
            let archived = Set(kept.jobs.map(\.id))
            for id in part where !archived.contains(id) {
                if await isRemoved(id) { await runner.removeLog(id) }
            }
        }
    }

    /// Whether the store knows that there is no such job; one that cannot be read is there all the same.
    private func isRemoved(_ id: JobID) async -> Bool {
        do throws(JobStoreError) {
            return try await store.job(id) == nil
        } catch {
            return false
        }
    }

    private func reopenFeed(of cluster: Cluster, after error: JobStoreError) async {
        logger.warning(
            "changes may have been missed, reading what is new",
            metadata: ["error": "\(error)"]
        )
        statistics.feedReopenings += 1
        await sharing?.feed?.close()
        sharing?.feed = nil
        var delay = Duration.milliseconds(50)
        while sharing?.feed == nil, !Task.isCancelled {
            do throws(JobStoreError) {
                let feed = try await cluster.store.openFeed()
                do throws(JobStoreError) {
                    try await catchUpInTurn(in: cluster)
                    try await repeatMissedCalls(in: cluster)
                } catch {
                    await feed.close()
                    throw error
                }
                sharing?.feed = feed
            } catch {
                logger.error("the store does not answer", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: delay)
                delay = min(delay * 2, .seconds(1))
            }
        }
        leaseSignal.give()
    }

    // MARK: Catching up

    private func catchUpInTurn(in cluster: Cluster) async throws(JobStoreError) {
        await memoryTurn.take()
        defer { memoryTurn.pass() }
        try await catchUp(in: cluster)
    }

    /// Reads what was committed since the last change that was told; the caller has the memory's turn.
    func catchUp(in cluster: Cluster) async throws(JobStoreError) {
        if isFollowing { try await readSettings(of: cluster) }
        // Memory that is to be built anew will be from what the store has now.
        guard isReady else { return }
        let from = told
        let position = try await store.position()
        var changes: [StoredChange] = []
        var cursor = from
        while position.seq > cursor {
            let page = try await store.changes(after: cursor, limit: Self.pageSize)
            changes.append(contentsOf: page.prefix { $0.seq <= position.seq })
            guard let last = page.last, page.count == Self.pageSize else { break }
            cursor = last.seq
        }
        let horizon = try await store.position().horizon
        guard isReady else { return }
        guard position.epoch == epoch, horizon <= from else {
            dropDecisions(because: "too much has happened in the store since it was last heard of")
            return
        }
        take(changes, upTo: position.seq)
    }

    // MARK: Memory

    /// Brings memory up to a newer version of a job, and does what that means for this machine.
    func catchUp(with job: Job) {
        let before = jobs[job.id]
        if let before {
            // Of a job that was removed and made once more, the versions count anew.
            let isSame = before.latest.added == job.added
            if before.pending > 0 || isSame && before.latest.version >= job.version { return }
        }
        jobs[job.id] = job.state.isFinal ? nil : ManagedJob(latest: job, committed: job)
        place(job)
        act(on: job, after: before?.latest)
    }

    private func drop(_ id: JobID) {
        guard let managed = jobs[id], managed.pending == 0 else { return }
        jobs[id] = nil
        _ = scheduler.handle(.jobEnded(id))
        _ = scheduler.handle(.jobWithdrawn(id))
        if isOwn(managed.latest) { effectSink.yield(.forget(id)) }
    }

    private func place(_ job: Job) {
        switch job.state {
        case .waiting:
            _ = scheduler.handle(.jobEnded(job.id))
            _ = scheduler.handle(.jobArrived(JobRequest(job)))
        case .running, .cancelling: _ = scheduler.handle(running(job))
        case .complete, .error, .cancelled:
            _ = scheduler.handle(.jobEnded(job.id))
            _ = scheduler.handle(.jobWithdrawn(job.id))
        }
    }

    /// Has the runner follow what became of a job by another server's decision.
    private func act(on job: Job, after before: Job?) {
        let wasHere = before.map { $0.state.holdsResources && isOwn($0) } ?? false
        let isHere = job.state.holdsResources && isOwn(job)
        switch (wasHere, isHere) {
        case (false, true): adopt(job)
        case (true, true):
            if before?.state == .running, job.state == .cancelling {
                let reason = job.current.cancellation?.sentence
                effectSink.yield(
                    .cancel(job.id, reason: reason ?? "cancelled through another server")
                )
            }
        case (true, false):
            if !job.state.isFinal || job.current.error?.cause == .lost {
                effectSink.yield(.cancel(job.id, reason: Self.givenUp))
            }
            effectSink.yield(.forget(job.id))
        case (false, false): break
        }
    }

    // MARK: Settings

    func readSettings(of cluster: Cluster) async throws(JobStoreError) {
        try await readSetting(Self.limitSetting, of: cluster)
        try await readSetting(Self.leaderSetting, of: cluster)
    }

    private func readSetting(_ name: String, of cluster: Cluster) async throws(JobStoreError) {
        switch name {
        case Self.limitSetting:
            let before = effectiveLimits()
            limitOverrides = try await savedLimits()
            tellScheduler(ofLimitsSince: before)
            observer.settingsChanged()
        case Self.leaderSetting:
            let leader = LeaderRecord(document: try await store.setting(name))
            guard isFollowing, leader != sharing?.leader else { return }
            sharing?.leader = leader
            if isReady { rebuildScheduler() }
            observer.settingsChanged()
        default: break
        }
    }

    /// Tells the others that this server leads, and with what machine.
    ///
    /// - Parameter ticket: Who waits until it is durable.
    func tellLeader(ticket: CommitTicket.ID? = nil) {
        guard isReady, sharing?.isLeaderTold == false, let cluster,
            case .leading(let term) = sharing?.lease.role
        else { return }
        let record = LeaderRecord(server: cluster.server, term: term, machine: machine)
        sharing?.leader = record
        sharing?.isLeaderTold = true
        save(SettingChange(Self.leaderSetting, to: .object(record.document)), ticket: ticket)
    }
}

extension LeaderRecord {
    fileprivate var document: JSONObject {
        [
            "server": .string(server), "term": .integer(term),
            "proc": .integer(machine.proc), "mem": .integer(machine.mem),
        ]
    }

    fileprivate init?(document: JSONValue?) {
        guard let server = document?["server"]?.stringValue,
            let term = document?["term"]?.countValue,
            let machine = Resources(
                checking: document?["proc"]?.integerValue,
                document?["mem"]?.integerValue
            )
        else { return nil }
        self.init(server: server, term: term, machine: machine)
    }
}
