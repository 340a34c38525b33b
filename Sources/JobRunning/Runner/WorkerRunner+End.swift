import Glibc
import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Takes note that a worker's process has ended.
    func workerEnded(_ id: JobID) {
        guard let process = jobs[id]?.process, jobs[id]?.phase != .ending else { return }
        let (exit, usage) = process.release()
        Task { await finish(id, exit: exit, usage: usage) }
    }

    /// Clears away what is left of a job whose worker is gone, and tells its end.
    func finish(_ id: JobID, exit: WorkerExit, usage: ResourceUsage?) async {
        await readWholeJournal(of: id)
        guard var job = jobs[id], job.phase != .ending else { return }
        tellProgress(of: id)
        for timer in job.timers { timer.cancel() }
        job.timers = []
        job.phase = .ending
        jobs[id] = job
        if let record = job.record, folders.isInPlace(record) {
            await finish(job, thatMade: record, usage: usage)
            return
        }
        if let end = job.end {
            // It was interrupted and ordered to stop at a time; any later server will see both too.
            let isCancelled = end.isInterrupted && job.isCancelled
            let told = isCancelled ? JournalEnd(state: .cancelled, usage: end.usage) : end
            await conclude(id, told, isWritten: true)
            return
        }
        // Its last word would have been that nothing of it is left.
        await sweep(job, wasHeld: job.process != nil)
        if !job.isCancelled, let problem = job.lack ?? lack(of: job, exit: exit) {
            await giveBack(job, because: problem)
            return
        }
        let end =
            job.isCancelled
            ? JournalEnd(state: .cancelled, usage: usage)
            : interruptedEnd(of: job, exit: exit, usage: usage)
        await conclude(id, end, isWritten: false)
    }

    /// How a job ended whose worker went without a last word and without an order to stop.
    private func interruptedEnd(
        of job: RunningJob,
        exit: WorkerExit,
        usage: ResourceUsage?
    ) -> JournalEnd {
        let error = error(of: job, exit: exit)
        let isInterrupted =
            if case .signaled(let signal) = exit, error.cause == .signal {
                signal == SIGKILL || Interruption.isOne(signal)
            } else {
                false
            }
        return JournalEnd(state: .error, error: error, usage: usage, isInterrupted: isInterrupted)
    }

    /// Ends a job that could not be started.
    func fail(_ id: JobID, _ message: String, cause: JobError.Cause = .spawn) async {
        guard let phase = jobs[id]?.phase, phase != .ending else { return }
        jobs[id]?.phase = .ending
        note("error: \(message)", in: id)
        let error = JobError(cause: cause, message: message)
        await conclude(id, JournalEnd(state: .error, error: error), isWritten: false)
    }

    /// Writes a job's end down, if its worker did not, and tells it.
    func conclude(_ id: JobID, _ end: JournalEnd, isWritten: Bool) async {
        unwatchJournal(of: id)
        guard let job = jobs[id] else { return }
        if !isWritten { writeDown(end, of: job) }
        if let group = job.group { await self.end(group) }
        disposal.remove(folders.work(of: id))
        removePartialOutputs(of: id, isComplete: end.state == .complete)
        jobs[id] = nil
        let told = JobEnd(
            state: end.state,
            error: end.error,
            result: end.state == .complete ? job.result : nil,
            usage: end.usage,
            isInterrupted: end.isInterrupted
        )
        tell(.ended(told), of: id, at: .present)
    }

    /// Removes what a job that is not complete, or was not when it died, has kept.
    private func removePartialOutputs(of id: JobID, isComplete: Bool) {
        disposal.remove(folders.outputs.appending(".\(id.rawValue).part"))
        if !isComplete { disposal.remove(folders.outputs(of: id)) }
    }

    /// Writes an end into the journal, so that it is told alike if this server dies before it is committed.
    private func writeDown(_ end: JournalEnd, of job: RunningJob) {
        do {
            try makeWayForJournal(of: job)
            var journal = try JournalWriter(job.folder.journal)
            if end.state == .complete, let result = job.result {
                try journal.append(.result(result))
            }
            try journal.append(.end(end))
        } catch {
            logger.warning("the end of job \(job.order.id) cannot be written down: \(error.reason)")
        }
    }

    private func error(of job: RunningJob, exit: WorkerExit) -> JobError {
        let log = lastLines(of: job.order.id)
        let damage =
            job.journalProblem.map { "; its journal cannot be read: \($0.reason)" }
            ?? (Files.exists(job.folder.journal) ? "" : "; its journal is gone")
        switch exit {
        case .signaled(SIGKILL)
        where MemoryKills.includes(job.identity?.pid ?? 0, since: job.memoryKills):
            return JobError(
                cause: .outOfMemory,
                message: "the worker was ended because the machine ran out of memory",
                log: log
            )
        case .signaled(let signal):
            return JobError(
                cause: .signal,
                message: "the worker was ended by \(SignalName.of(signal))",
                log: log
            )
        case .exited(let code):
            return JobError(
                cause: .lost,
                message: "the worker ended with exit code \(code) and without a last word" + damage,
                log: log
            )
        case .unknown where job.identity.map({ $0.bootID != Machine.bootID }) ?? false:
            return JobError(
                cause: .lost,
                message: "the machine was restarted while the job ran",
                log: log
            )
        case .unknown:
            return JobError(
                cause: .lost,
                message: "the worker ended without a last word while no server watched it" + damage,
                log: log
            )
        }
    }

    private func lastLines(of id: JobID) -> [String] {
        let file = LogFile(path: folders.log(of: id))
        guard let excerpt = try? file.read(from: -(16 << 10), limit: 16 << 10) else { return [] }
        let lines = excerpt.text.utf8.split(separator: UInt8(ascii: "\n"))
        return lines.suffix(20).map { String(Substring($0)) }
    }

    /// Writes a line into a job's log.
    func note(_ line: String, in id: JobID) {
        do {
            try Files.makeFolder(folders.logs)
            var log = try JobLogWriter(folders.log(of: id))
            try log.append([line], stage: nil)
        } catch {
            logger.warning("the log of job \(id) cannot be written: \(error.reason)")
        }
    }
}
