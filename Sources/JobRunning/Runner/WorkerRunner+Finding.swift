import Glibc
import JobModel
import JobTasks

extension WorkerRunner {
    /// A job's worker, if it lives: the process that its journal names, or else the one that holds its lock, or
    /// that was started as its worker.
    ///
    /// A journal may be damaged, and a lock may have been replaced; neither alone is believed.
    func livingWorker(of job: RunningJob) -> ProcessIdentity? {
        if let identity = job.identity, isLiving(identity, of: job) { return identity }
        return LockHolder.find(of: job.folder.lock) ?? startedWorker(of: job.folder)
    }

    /// The process that was started as the worker of a run folder and lives, whatever there is of the folder.
    func startedWorker(of run: RunFolder) -> ProcessIdentity? {
        ProcessTable.read().entries
            .first {
                !$0.isZombie && $0.pid != getpid() && ProcessMarker.isWorker($0.pid, run: run.path)
            }
            .map { ProcessIdentity(pid: $0.pid, startTime: $0.startTime, bootID: Machine.bootID) }
    }

    /// Whether a process lives and is the job's, whoever has written down its number.
    func isLiving(_ identity: ProcessIdentity, of job: RunningJob) -> Bool {
        guard identity.bootID == Machine.bootID,
            let entry = ProcessTable.entry(of: identity.pid), identity.isThat(of: entry),
            !entry.isZombie, entry.pid != getpid()
        else { return false }
        return ProcessMarker.isBorne(by: entry.pid, run: job.folder.path)
            || job.group?.processes.contains(entry.pid) == true
    }

    /// Sends SIGKILL to all that can be found of a job whose worker is not held.
    func killUnheld(_ job: RunningJob) {
        if let holder = LockHolder.find(of: job.folder.lock) { kill(holder.pid, SIGKILL) }
        job.group?.kill()
        for pid in bearers(of: job) { kill(pid, SIGKILL) }
    }

    /// The processes that say of themselves that they belong to a job.
    func bearers(of job: RunningJob) -> [Int32] {
        ProcessTable.read().entries.map(\.pid).filter { pid in
            pid != getpid() && ProcessMarker.isBorne(by: pid, run: job.folder.path)
        }
    }

    /// Looks for a job's worker again a while later; longer each time, for looking is work.
    func followLater(_ id: JobID) {
        guard let pause = jobs[id]?.pause else { return }
        jobs[id]?.pause = min(pause * 3 / 2, .seconds(5))
        after(pause, for: id) { await $0.follow(id) }
    }
}
