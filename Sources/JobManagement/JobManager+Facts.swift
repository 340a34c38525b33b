import JobModel
import JobRunning
import JobScheduling
import JobStorage
import JobTasks

extension JobManager {
    /// Takes in what the runner has learned about a job that runs on this machine.
    func take(_ fact: JobFact) {
        // Of this machine, whoever decides; no store needs to know.
        if keeping.take(fact) { observer.troublesChanged() }
        if case .waits = fact.content { return }
        if case .notStarted(_, let order) = fact.content {
            // Whoever builds memory anew has the runner take up all that runs here, and hears of it again.
            guard isReady else { return }
            guard !isFollowing else { return retryHere(fact.id, order: order) }
        }
        // What cannot be committed is not decided: progress would pile up.
        guard isReady, !isFollowing, !storing.keepsChanges else {
            heldFacts.append(fact)
            sendFacts()
            return
        }
        learn(fact, from: server)
    }

    /// Learns what could not be learned while memory was built.
    func learnHeldFacts() {
        while !heldFacts.isEmpty, !storing.keepsChanges {
            for fact in heldFacts.takeBatch(limit: .max) { learn(fact, from: server) }
        }
    }

    /// Learns a fact as the one who decides.
    ///
    /// Facts may be told again after a restart; what is known already changes nothing.
    ///
    /// - Parameters:
    ///   - fact: What was learned.
    ///   - origin: The server that it comes from.
    ///   - ticket: Who waits until it is durable.
    func learn(_ fact: JobFact, from origin: String?, ticket: CommitTicket.ID? = nil) {
        // What is known already may not be durable yet.
        if let ticket { wait(for: fact.id, ticket) }
        guard let managed = jobs[fact.id], managed.latest.state.holdsResources,
            isOn(origin, managed.latest)
        else {
            // The job's end is durable already, or the job was given up and is no more of ours. While
            // that is under way, its traces are all that keeps it from running once more.
            if origin == server, case .ended = fact.content, jobs[fact.id]?.pending ?? 0 == 0 {
                effectSink.yield(.forget(fact.id))
            }
            return
        }
        // What comes from elsewhere is told again by that server if this one loses it.
        let kept = origin == server ? fact : nil
        var job = managed.latest
        switch fact.content {
        case .stageBegan(let name, let number, let count):
            if origin == server { noteBeginning(of: fact.id) }
            let progress = Progress.atStage(number, of: count)
            // The end of one stage and the beginning of the next are the same progress.
            guard progress >= job.current.progress, name != job.current.stage else { return }
            if origin == server, number == 1 { measureStart(of: job, at: fact.date) }
            job.record(stage: name, progress: progress, at: fact.date)
            enqueue(.update(job), ticket: ticket, fact: kept)
        case .progressed(let stage, let count, let fraction):
            let progress = Progress.atStage(stage, of: count, fraction: fraction)
            guard progress > job.current.progress else { return }
            job.record(progress: progress, at: fact.date)
            enqueue(.update(job), ticket: ticket, fact: kept)
        case .ended(let end):
            conclude(job, end, at: fact.date, fact: kept, ticket: ticket)
        case .waits: break
        case .notStarted(let problem, let order):
            giveBack(job, because: problem, order: order, at: fact.date)
        }
    }

    /// Notes how long a worker took to begin; told late, after a restart, it is no less true.
    private func measureStart(of job: Job, at date: Timestamp) {
        let decided = job.current
        guard decided.state == .running, decided.stage == nil else { return }
        statistics.workerStarts.observe(date - decided.date)
    }

    private func isOn(_ origin: String?, _ job: Job) -> Bool {
        cluster == nil || job.server == origin
    }

    /// Ends a job, or has it wait again if it was lost or interrupted and may be started anew.
    func conclude(
        _ job: Job,
        _ end: JobEnd,
        at date: Timestamp,
        fact: JobFact? = nil,
        ticket: CommitTicket.ID? = nil
    ) {
        var job = job
        let forgetting: Effect? = isOwn(job) ? .forget(job.id) : nil
        noteEnd(of: job.id)
        let isLost = end.error?.cause == .lost || end.isInterrupted
        if isLost, let error = end.error, mayStartAgain(job) {
            job.restart(after: error, at: date)
            enqueue(.update(job), effect: forgetting, ticket: ticket, fact: fact)
            apply(scheduler.handle(.jobEnded(job.id)))
            arrive(job)
            return
        }
        job.conclude(result: end.result, usage: end.usage)
        // What was ordered has happened, although nobody who could have said so was left.
        let isCancelled = isLost && job.state == .cancelling
        let state = isCancelled ? .cancelled : end.state
        job.record(
            state: state,
            progress: state == .complete ? 1 : nil,
            error: isCancelled ? nil : end.error.map { isLost ? lastError($0, of: job) : $0 },
            at: date
        )
        statistics.ended[state, default: 0] += 1
        enqueue(.update(job), effect: forgetting, ticket: ticket, fact: fact)
        apply(scheduler.handle(.jobEnded(job.id)))
    }
}
