import Glibc
import JobModel
import JobTasks
import Logging
import SystemPackage

/// What is done where something else stands in the place of a job's folder, journal or lock.
///
/// Any tool can put it there. It is named once, and decides nothing but that what stood there is lost: while
/// the worker lives the job goes on, and when it is gone the job has ended, for nobody knows how far it came.
extension WorkerRunner {
    /// Finds out by its processes how it stands with a job whose lock cannot be looked at.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - problem: Why the lock cannot be looked at.
    func followWithoutLock(_ id: JobID, because problem: Errno) async {
        guard let job = jobs[id] else { return }
        if job.lockProblem != problem {
            logger.warning("the lock of job \(id) cannot be looked at: \(problem.reason)")
            jobs[id]?.lockProblem = problem
        }
        if problem.isLackOfMeans {
            // It may live and be well; what is lacking is lacking here.
            after(.seconds(1), for: id) { await $0.follow(id) }
        } else if let worker = livingWorker(of: job) {
            hold(worker.pid, startTime: worker.startTime, for: id)
        } else {
            await finish(id, exit: .unknown, usage: nil)
        }
    }

    /// Makes a journal anew in whose place something else stands, so that an end can be written into it.
    func makeWayForJournal(of job: RunningJob) throws(Errno) {
        let folder = job.folder.path
        if Files.exists(folder), !Files.isFolder(folder) { disposal.remove(folder) }
        try Files.makeFolder(folder)
        try Files.makeWay(for: job.folder.journal)
    }
}
