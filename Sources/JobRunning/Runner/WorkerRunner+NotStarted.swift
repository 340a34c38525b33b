import Glibc
import JobModel
import JobTasks
import Logging

extension WorkerRunner {
    /// Gives a job back whose worker was not started; nothing of the job is left.
    func giveBack(_ id: JobID, because problem: LaunchProblem) async {
        guard let job = jobs[id], job.phase != .ending else { return }
        for timer in job.timers { timer.cancel() }
        jobs[id]?.timers = []
        jobs[id]?.phase = .ending
        guard job.phase == .running else {
            // It was called off while it was to be started.
            await conclude(id, JournalEnd(state: .cancelled), isWritten: false)
            return
        }
        await giveBack(job, because: problem)
    }

    /// Gives a job back that has not begun, and on which nobody works any more.
    func giveBack(_ job: RunningJob, because problem: LaunchProblem) async {
        let id = job.order.id
        unwatchJournal(of: id)
        if let group = jobs[id]?.group { await end(group) }
        disposal.remove(folders.work(of: id))
        // Known to have been in a stage, it is known to have been given back only by what stands there, until
        // that is committed.
        if job.stage == nil { disposal.remove(job.folder.path) }
        guard let order = jobs.removeValue(forKey: id)?.orderNumber else { return }
        tell(.notStarted(problem, order: order), of: id, at: .present)
    }

    /// What a worker lacked that is gone and has not begun with its job; nil if it may have begun.
    ///
    /// Only of a worker that was watched to its end, for of another one the journal need not be whole.
    func lack(of job: RunningJob, exit: WorkerExit) -> LaunchProblem? {
        // Of what cannot be read, or is not there any more, nobody knows what it said.
        guard job.stage == nil, job.record == nil, job.damagedLines == 0,
            job.journalProblem == nil, job.lockProblem == nil, Files.exists(job.folder.journal)
        else { return nil }
        if let silence = job.silence { return silence }
        let end: String
        switch exit {
        case .exited(let code): end = "ended with exit code \(code)"
        case .signaled(let signal): end = "was ended by \(SignalName.of(signal))"
        case .unknown: return nil
        }
        let word = lastWord(of: job).map { ": \($0)" } ?? ""
        return LaunchProblem(
            "the worker program \(worker) \(end) before it began\(word)",
            mayBeTheJobs: true
        )
    }

    /// The last line that a worker said which never came to its job.
    private func lastWord(of job: RunningJob) -> String? {
        let file = LogFile(path: folders.log(of: job.order.id))
        guard let excerpt = try? file.read(from: -(4 << 10), limit: 4 << 10),
            excerpt.size > job.earlierLog,
            let line = excerpt.text.utf8.split(separator: UInt8(ascii: "\n")).last
        else { return nil }
        return String(Substring(line).prefix(200))
    }

    /// Ends a worker that has not said a word for too long: it lacks a thread, or stands still.
    func endIfSilent(_ id: JobID) async {
        await readWholeJournal(of: id)
        guard let job = jobs[id], job.phase == .running, job.isSilent else { return }
        if job.silence == nil {
            logger.warning("the worker of job \(id) says nothing, and is ended")
        }
        let seconds = silence.milliseconds / 1000
        jobs[id]?.silence = LaunchProblem(
            "the worker program \(worker) said nothing for \(seconds) s after its start",
            mayBeTheJobs: true
        )
        if let process = job.process { process.send(SIGKILL) } else { killUnheld(job) }
    }
}
