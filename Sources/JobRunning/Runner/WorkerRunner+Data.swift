import JSON
import JobModel

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
        writeDown(end, of: job)
        await data?.discard(record)
        await conclude(job.order.id, end, isWritten: true)
    }
}
