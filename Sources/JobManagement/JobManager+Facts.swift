import JobModel
import JobRunning
import JobScheduling
import JobStorage
import JobTasks

extension JobManager {
    /// Takes in what was learned about a job that runs.
    ///
    /// Facts may be told again after a restart; what is known already changes nothing.
    func learn(_ fact: JobFact) {
        guard isReady, let managed = jobs[fact.id], managed.latest.state.holdsResources else {
            return
        }
        var job = managed.latest
        switch fact.content {
        case .stageBegan(let name, let number, let count):
            let progress = Progress.atStage(number, of: count)
            // The end of one stage and the beginning of the next are the same progress.
            guard progress >= job.current.progress, name != job.current.stage else { return }
            job.record(stage: name, progress: progress, at: fact.date)
            enqueue(.update(job))
        case .progressed(let stage, let count, let fraction):
            let progress = Progress.atStage(stage, of: count, fraction: fraction)
            guard progress > job.current.progress else { return }
            job.record(progress: progress, at: fact.date)
            enqueue(.update(job))
        case .ended(let end):
            conclude(job, end, at: fact.date)
        }
    }

    private func conclude(_ job: Job, _ end: JobEnd, at date: Timestamp) {
        var job = job
        let mayStartAgain = tasks.catalogue[job.task]?.isRestartable ?? false
        if end.error?.cause == .lost, job.state == .running, mayStartAgain {
            job.restart(at: date)
            enqueue(.update(job), effect: .forget(job.id))
            apply(scheduler.handle(.jobEnded(job.id)))
            apply(scheduler.handle(.jobArrived(JobRequest(job))))
            return
        }
        job.conclude(result: end.result, usage: end.usage)
        job.record(
            state: end.state,
            progress: end.state == .complete ? 1 : nil,
            error: end.error,
            at: date
        )
        statistics.ended[end.state, default: 0] += 1
        enqueue(.update(job), effect: .forget(job.id))
        apply(scheduler.handle(.jobEnded(job.id)))
    }
}
