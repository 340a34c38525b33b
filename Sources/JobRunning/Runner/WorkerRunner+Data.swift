import JSON
import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Ends a job whose product lies in its place: whatever became of its worker, it is complete.
    ///
    /// The catalogue learns of the product before anybody learns of the end, so that
    /// whoever is told that a job is complete finds what it has made.
    func finish(
        _ job: RunningJob,
        thatMade record: DataRecord,
        usage: ResourceUsage?
    ) async {
        let id = job.order.id
        if job.end == nil {
            await sweep(job, wasHeld: job.process != nil)
            note("the worker ended without a last word, but its work was done", in: id)
        }
        do throws(JobDataProblem) {
            try await data?.keep(record)
        } catch {
            await refuse(record, of: job, because: error, usage: usage)
            return
        }
        if jobs[id]?.result == nil { jobs[id]?.result = .object(record.document) }
        let isWritten = job.end?.state == .complete
        let end = JournalEnd(state: .complete, usage: job.end?.usage ?? usage)
        await conclude(id, end, isWritten: isWritten)
    }

    /// Ends a job in an error whose product the catalogue will not have.
    private func refuse(
        _ record: DataRecord,
        of job: RunningJob,
        because problem: JobDataProblem,
        usage: ResourceUsage?
    ) async {
        note("error: \(problem.message)", in: job.order.id)
        let error = JobError(cause: .task, message: problem.message)
        let end = JournalEnd(state: .error, error: error, usage: job.end?.usage ?? usage)
        // Before the folder goes, or a later server would find a job that is complete with nothing made.
        correct(job, end)
        await data?.discard(record)
        await conclude(job.order.id, end, isWritten: true)
    }

    /// Gives a journal another end; nothing counts after the one that it may have.
    private func correct(_ job: RunningJob, _ end: JournalEnd) {
        unwatchJournal(of: job.order.id)
        let new = FilePath(job.folder.journal.string + ".new")
        do {
            try Files.remove(new)
            var reader = JournalReader(job.folder.journal)
            var writer = try JournalWriter(new)
            for entry in try reader.read() {
                switch entry.entry {
                case .result, .end: continue
                default: try writer.append(entry.entry, at: entry.date)
                }
            }
            try writer.append(.end(end))
            try Files.move(new, over: job.folder.journal)
        } catch {
            logger.warning("the end of job \(job.order.id) cannot be written down: \(error.reason)")
        }
    }
}
