import JobModel
import JobRunning
import JobScheduling
import JobStorage
import JobTasks
import Logging

extension JobManager {
    // MARK: Jobs that could not be started

    /// Has a job wait again that could not be started, and starts no others until that may work.
    func giveBack(_ job: Job, because problem: LaunchProblem, order: Int, at date: Timestamp) {
        // Of an order that was given anew since, the runner tells by itself what became of it.
        guard orders[job.id] == order else { return }
        statistics.notStarted += 1
        guard job.state == .running else {
            conclude(job, JobEnd(state: .cancelled), at: date)
            return
        }
        if isOwn(job) {
            switch launching.failed(job.id, because: problem, at: date, now: clock.now) {
            case .pause(let pause, let isNews):
                noteLaunchTrouble(isNews: isNews)
                tryStarting(after: pause)
            case .nothing: break
            case .jobsOwn:
                let message =
                    "the job could not be started, though others could: \(problem.message)"
                conclude(
                    job,
                    JobEnd(state: .error, error: JobError(cause: .spawn, message: message)),
                    at: date
                )
                return
            }
        }
        orders[job.id] = nil
        var job = job
        // What says that it was given back is kept until this is durable, if anything else says that it had begun.
        let forgetting: Effect? = job.current.stage == nil ? nil : .forget(job.id)
        job.giveBack(because: problem.message, at: date)
        enqueue(.update(job), effect: forgetting)
        tellSchedulerOfLaunching()
        apply(scheduler.handle(.jobEnded(job.id)))
        standBack(job)
    }

    /// Has a job that could not be started wait again, until one can be behind all others: it may be its own
    /// fault, and then it must not be the only one that is tried, whatever its priority.
    private func standBack(_ job: Job) {
        guard isOwn(job), launching.since != nil else { return arrive(job) }
        stoodBack.insert(job.id)
        let request = JobRequest(job)
        let last = JobRequest(id: request.id, shape: request.shape, priority: .min)
        apply(scheduler.handle(.jobArrived(last)))
    }

    /// Has the jobs that stand behind all others wait where they belong.
    private func stepForward() {
        let waiting = stoodBack.compactMap { jobs[$0]?.latest }.filter { $0.state == .waiting }
        stoodBack = []
        for job in waiting.sorted(by: { ($0.added, $0.id) < ($1.added, $1.id) }) {
            apply(scheduler.handle(.jobWithdrawn(job.id)))
            arrive(job)
        }
    }

    private func noteLaunchTrouble(isNews: Bool) {
        guard launchLog.allows(at: clock.now) else { return }
        logger.error(
            isNews
                ? "jobs cannot be started; they wait, and one at a time is tried"
                : "jobs still cannot be started",
            metadata: ["cause": "\(launching.cause)"]
        )
    }

    private func tryStarting(after pause: Duration) {
        let era = launchEra
        Task { [weak self, sleep] in
            try? await sleep(pause)
            await self?.tryStarting(in: era)
        }
    }

    private func tryStarting(in era: Int) {
        guard era == launchEra else { return }
        launching.pauseEnded()
        tellSchedulerOfLaunching()
    }

    /// Takes in that a job has begun: where nothing could be started, that is over.
    func noteBeginning(of id: JobID) {
        guard launching.began(id, now: clock.now) else { return }
        logger.notice("jobs can be started again")
        stepForward()
        tellSchedulerOfLaunching()
    }

    /// Takes in that a job has ended: if it was tried and never began, another one is.
    func noteEnd(of id: JobID) {
        if launching.left(id) { tellSchedulerOfLaunching() }
    }

    private func tellSchedulerOfLaunching() {
        let hindrance = launching.hindrance.map {
            StartHindrance(cause: $0.cause, permits: $0.permits)
        }
        apply(scheduler.handle(.startingHindered(hindrance)))
    }

    /// What a scheduler that begins anew has to know of jobs that could not be started.
    func hindranceAtRebuild() -> StartHindrance? {
        // All come to it anew.
        stoodBack = []
        guard !isFollowing else {
            // Who does not start jobs cannot find out when they can be started again.
            launching = LaunchTrouble()
            launchEra += 1
            return nil
        }
        // What was decided of it may have been lost with the decision to start it.
        if let probe = launching.probe, jobs[probe]?.latest.state.holdsResources != true {
            _ = launching.left(probe)
        }
        return launching.hindrance.map { StartHindrance(cause: $0.cause, permits: $0.permits) }
    }

    /// Tries again what a job lacked that only this server can start, though another one decides.
    func retryHere(_ id: JobID, order: Int) {
        guard orders[id] == order else { return }
        Task { [weak self, sleep] in
            try? await sleep(.seconds(5))
            await self?.adoptAgain(id)
        }
    }

    private func adoptAgain(_ id: JobID) {
        guard let job = jobs[id]?.latest, job.state.holdsResources, isOwn(job) else { return }
        adopt(job)
    }

    // MARK: Attempts

    /// Whether another attempt may follow one that was lost or interrupted.
    func mayStartAgain(_ job: Job) -> Bool {
        guard job.state == .running, let task = tasks.catalogue[job.task], task.isRestartable
        else { return false }
        return job.attempt < task.attempts
    }

    /// What went wrong with a job, and in how many attempts if there were several.
    func lastError(_ error: JobError, of job: Job) -> JobError {
        let attempt = job.attempt
        guard attempt > 1 else { return error }
        var error = error
        error.message += " (attempt \(attempt) of \(max(attempt, attempts(of: job))))"
        return error
    }

    /// How many attempts a job has at most.
    func attempts(of job: Job) -> Int {
        guard let task = tasks.catalogue[job.task], task.isRestartable else { return 1 }
        return task.attempts
    }

    /// Has a waiting job stand in line, at once or when its rest after a failed attempt is over.
    func arrive(_ job: Job) {
        guard !isFollowing, let restart = job.current.restart, let end = job.restsUntil,
            end > now()
        else {
            apply(scheduler.handle(.jobArrived(JobRequest(job))))
            return
        }
        apply(scheduler.handle(.jobRested(JobRequest(job), until: end)))
        // However the machine's clock was set since, the rest is no longer than that.
        let rest = min(end - now(), Job.rest(after: restart.attempt))
        let (id, era) = (job.id, era)
        Task { [weak self, sleep] in
            try? await sleep(rest)
            await self?.endRest(of: id, in: era)
        }
    }

    private func endRest(of id: JobID, in era: Int) {
        // A scheduler that was built anew since has been told of the job.
        guard era == self.era, let job = jobs[id]?.latest, job.state == .waiting else { return }
        apply(scheduler.handle(.jobArrived(JobRequest(job))))
    }
}
