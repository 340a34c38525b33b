import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Logging

extension JobManager {
    /// Whether another server decides, or nobody.
    var isFollowing: Bool { cluster != nil && sharing?.lease.isLeading != true }

    /// Whether a job runs on this machine, or has to be taken care of here.
    func isOwn(_ job: Job) -> Bool { cluster == nil || job.server == server }

    /// Tells the scheduler of a job that runs, on the machine that it decides about or another.
    func running(_ job: Job) -> SchedulerEvent {
        let decider = isFollowing ? sharing?.leader?.server : server
        let isElsewhere = cluster != nil && job.server != nil && job.server != decider
        return isElsewhere
            ? .jobFoundRunningElsewhere(JobRequest(job)) : .jobFoundRunning(JobRequest(job))
    }

    /// Builds memory as a follower, and asks for the lease at once.
    func join(_ cluster: Cluster) async throws(JobStoreError) {
        sharing?.feed = try await cluster.store.openFeed()
        for note in try await cluster.store.servers() { sharing?.servers[note.id] = note }
        try await noteSelf(in: cluster)
        try await readSettings(of: cluster)
        try await readEverything()
        await claimLease(in: cluster)
    }

    /// Follows the feed, asks for the lease and waits for answers, until it is cancelled.
    func takePart(in cluster: Cluster) async {
        leaseSignal.give()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.followFeed(of: cluster) }
            group.addTask { await self.restore(in: cluster) }
            group.addTask {
                for await _ in self.leaseSignal.words { await self.beat(in: cluster) }
            }
            group.addTask { await self.watchTime(in: cluster) }
        }
    }

    private func watchTime(in cluster: Cluster) async {
        while !Task.isCancelled {
            do { try await cluster.time.sleep(cluster.claimInterval) } catch { return }
            leaseSignal.give()
            giveUpCalls(at: cluster.time.now())
        }
    }

    /// What is done every now and then: asking for the lease, and seeing who is there.
    private func beat(in cluster: Cluster) async {
        await claimLease(in: cluster)
        do throws(JobStoreError) {
            try await noteSelf(in: cluster)
        } catch {
            logger.debug("the store was not told of this server", metadata: ["error": "\(error)"])
        }
        guard !isFollowing else { return }
        tellLeader()
        giveUpLostJobs()
        await performOpenCalls(in: cluster)
    }

    private func noteSelf(in cluster: Cluster) async throws(JobStoreError) {
        let began = cluster.time.now()
        sharing?.beat += 1
        try await cluster.store.note(
            ServerNote(
                id: cluster.server,
                host: cluster.host,
                address: cluster.address,
                mayLead: cluster.mayLead,
                beat: sharing?.beat ?? 0
            )
        )
        // Whoever hears this gives up no job of this server before that.
        await runner.renewLease(until: began + cluster.lostAfter)
    }

    /// Builds memory anew whenever decisions were dropped, for as long as it takes.
    private func restore(in cluster: Cluster) async {
        for await _ in restoreSignal.words {
            var delay = Duration.milliseconds(50)
            while !isReady, !Task.isCancelled {
                await memoryTurn.take()
                do throws(JobStoreError) {
                    try await readSettingsAnew()
                    try await readSettings(of: cluster)
                    try await readEverything()
                    noteThatAllIsRead()
                    logger.notice("memory agrees with the store again")
                } catch {
                    logger.error("the store does not answer", metadata: ["error": "\(error)"])
                }
                memoryTurn.pass()
                if isReady {
                    leaseSignal.give()
                } else {
                    try? await Task.sleep(for: delay)
                    delay = min(delay * 2, .seconds(1))
                }
            }
        }
    }

    /// Drops what was decided and not committed, as the one who may not decide any more.
    func dropDecisions(because reason: String) {
        logger.warning("reading everything anew", metadata: ["reason": "\(reason)"])
        sharing?.lease.follow()
        sharing?.performed.forgetUnderway()
        sharing?.isLeaderTold = false
        dropPending()
        restoreSignal.give()
    }
}
