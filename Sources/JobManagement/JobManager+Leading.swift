import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Logging

extension JobManager {
    // MARK: The lease

    /// Asks to lead, or to go on leading, and does what follows from the answer.
    func claimLease(in cluster: Cluster) async {
        await leaseTurn.take()
        defer { leaseTurn.pass() }
        guard cluster.mayLead, !isDraining else { return }
        let era = era
        let asked = cluster.time.now()
        let claim = LeaseClaim(
            server: cluster.server,
            machine: machine,
            duration: cluster.leaseDuration,
            term: sharing?.lease.term
        )
        do throws(JobStoreError) {
            let lease = try await cluster.store.claimLease(claim)
            // Whoever has stepped down since needs a new term.
            guard era == self.era else { return }
            switch sharing?.lease.learn(lease, asked: asked, now: cluster.time.now()) {
            case .beginToLead: await beginToLead(in: cluster)
            case .stepDown(let reason): dropDecisions(because: reason)
            case nil, .some(.none): break
            }
        } catch {
            logger.warning("the lease was not claimed", metadata: ["error": "\(error)"])
            if !isFollowing, sharing?.lease.isSure(at: cluster.time.now()) != true {
                dropDecisions(because: "the lease was not renewed in time")
            }
        }
    }

    private func beginToLead(in cluster: Cluster) async {
        await memoryTurn.take()
        defer { memoryTurn.pass() }
        do throws(JobStoreError) {
            // Nothing can be committed under an earlier term any more, so this is the last word.
            try await catchUp(in: cluster)
        } catch {
            logger.warning("not ready to lead", metadata: ["error": "\(error)"])
            return
        }
        guard isReady, !isDraining,
            sharing?.lease.lead(at: cluster.time.now()) == true
        else { return }
        logger.notice("this server leads", metadata: ["term": "\(sharing?.lease.term ?? 0)"])
        sharing?.absence.begin(at: cluster.time.now())
        sharing?.isLeaderTold = false
        let beat = sharing?.beat ?? 0
        sharing?.leadingBeat = beat + 1
        sharing?.isFeedCurrent = false
        tellLeader()
        adoptStrays()
        rebuildScheduler()
        for fact in sharing?.factsUnderway ?? [] { learn(fact, from: server) }
        learnHeldFacts()
    }

    /// Takes jobs that run on nobody knows which machine, as an older program may have left them, for its own.
    private func adoptStrays() {
        for managed in jobs.values
        where managed.latest.state.holdsResources && managed.latest.server == nil {
            var job = managed.latest
            job.record(at: now())
            if let server { job.assign(to: server) }
            enqueue(.update(job), effect: .adopt(launchOrder(for: job)))
        }
    }

    /// Gives the lease back, so that another server can lead at once.
    func resign() async {
        guard let cluster else { return }
        await leaseTurn.take()
        defer { leaseTurn.pass() }
        guard let term = sharing?.lease.term else { return }
        sharing?.lease.follow()
        do throws(JobStoreError) {
            try await cluster.store.releaseLease(term: term)
        } catch {
            logger.warning("the lease was not given back", metadata: ["error": "\(error)"])
        }
    }

    /// Whether a job may be started: only by a leader who has not been overtaken.
    ///
    /// A job that is not started here is taken up when memory is built anew.
    func maySurelyStart() -> Bool {
        guard let cluster else { return true }
        guard !isFollowing else { return false }
        guard sharing?.lease.isSure(at: cluster.time.now()) == true else {
            dropDecisions(because: "the lease was not renewed in time")
            return false
        }
        return true
    }

    // MARK: Lost servers

    /// Ends the jobs of servers that have not been heard of for too long.
    func giveUpLostJobs() {
        guard let absence = sharing?.absence, let cluster else { return }
        let present = cluster.time.now()
        for managed in jobs.values where managed.latest.state.holdsResources {
            guard let owner = managed.latest.server, owner != server,
                absence.isAbsent(owner, at: present)
            else { continue }
            let host = sharing?.servers[owner]?.host ?? owner
            let seconds = cluster.lostAfter.components.seconds
            let error = JobError(
                cause: .lost,
                message:
                    "the server on \(host), where the job ran, was not heard of for \(seconds) s"
            )
            conclude(managed.latest, JobEnd(state: .error, error: error), at: now())
        }
    }
}
