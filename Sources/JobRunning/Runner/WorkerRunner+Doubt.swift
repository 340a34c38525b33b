public import JobModel
import JobTasks

extension WorkerRunner {
    /// Tells of which jobs there is anything here that only a start leaves behind.
    public func traces(of ids: [JobID]) -> Set<JobID> { Set(ids.filter(hasTraces)) }

    private func hasTraces(_ id: JobID) -> Bool {
        [folders.run(of: id), folders.work(of: id), folders.log(of: id), folders.outputs(of: id)]
            .contains(where: Files.exists)
    }

    /// Why a job may have begun of which its run folder says nothing; nil if it surely has not.
    ///
    /// Such a job is never started: it could run twice.
    func doubt(about job: RunningJob) -> String? {
        switch job.order.past {
        case .inStage(let stage):
            return """
                it was in the stage “\(stage)”, and what its worker wrote down of it in \(job.folder.path) is gone
                """
        case .forgotten where hasPast(job):
            return
                "it may have run: the store has lost changes, and nothing else says what became of it"
        case .forgotten, nil:
            guard job.folder.hasLostJournal || isInhabited(job) else { return nil }
            return
                "it was running, and what its worker wrote down of it in \(job.folder.path) is gone"
        }
    }

    /// Whether a log, or anything that was kept, speaks of an earlier life; the run folder is no evidence, for it
    /// is made by whoever looks.
    private func hasPast(_ job: RunningJob) -> Bool {
        let id = job.order.id
        return Files.exists(folders.log(of: id)) || Files.exists(folders.outputs(of: id))
    }

    /// Whether any process is the job's.
    private func isInhabited(_ job: RunningJob) -> Bool {
        job.group?.processes.isEmpty == false || !bearers(of: job).isEmpty
    }

    /// Ends what may live of a job that may have begun, and the job with it.
    func lose(_ id: JobID, because doubt: String) async {
        guard let job = jobs[id], job.phase != .ending else { return }
        for timer in job.timers { timer.cancel() }
        jobs[id]?.timers = []
        jobs[id]?.phase = .ending
        await sweep(job, wasHeld: false)
        note("error: \(doubt)", in: id)
        let error = JobError(cause: .lost, message: doubt)
        await conclude(id, JournalEnd(state: .error, error: error), isWritten: false)
    }
}
