import Glibc
import JobModel
import JobTasks

extension WorkerRunner {
    /// Ends a job's whole tree by force.
    ///
    /// The worker is held still first: as long as it lives, all that its tools start stems
    /// from it, for orphans become its children, and nothing can slip away.
    func killTree(of id: JobID) async {
        guard let job = jobs[id], job.phase != .ending, job.phase != .killing else { return }
        if job.process == nil, let worker = livingWorker(of: job) {
            hold(worker.pid, startTime: worker.startTime, for: id)
        }
        guard let process = jobs[id]?.process else {
            killUnheld(job)
            after(.seconds(1), for: id) { await $0.killTree(of: id) }
            return
        }
        jobs[id]?.phase = .killing
        process.send(SIGSTOP)
        var pause = Duration.milliseconds(2)
        while jobs[id]?.phase == .killing {
            let table = ProcessTable.read()
            // An adopted worker may be gone, and its number given to another process.
            let isThere = table.entries.contains { process.identity.isThat(of: $0) }
            let tools = table.descendants(of: [process.pid]).filter { !$0.isZombie }
            guard isThere, !tools.isEmpty else { break }
            for tool in tools { kill(tool.pid, SIGKILL) }
            await rest(&pause)
        }
        job.group?.kill()
        process.send(SIGKILL)
    }

    /// Ends what a worker that is gone has left behind, and waits until nothing of it lives.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - wasHeld: Whether the worker's number cannot have been given to another process.
    func sweep(_ job: RunningJob, wasHeld: Bool) async {
        if let group = job.group { await end(group) }
        // Of another life of the machine, or damaged, it tells nothing; the mark does.
        let identity = job.identity.flatMap { $0.bootID == Machine.bootID ? $0 : nil }
        var killed: Set<Int32> = []
        var pause = Duration.milliseconds(2)
        while true {
            let left = leftBehind(by: identity, of: job, wasHeld: wasHeld)
            for process in left { kill(process.pid, SIGKILL) }
            killed.formUnion(left.map(\.pid))
            for pid in killed { waitpid(pid, nil, WNOHANG) }
            guard !left.isEmpty else { return }
            await rest(&pause)
        }
    }

    private func leftBehind(
        by identity: ProcessIdentity?,
        of job: RunningJob,
        wasHeld: Bool
    ) -> [ProcessEntry] {
        let table = ProcessTable.read()
        let own = getpid()
        let workers = Set(jobs.values.compactMap { $0.phase == .ending ? nil : $0.identity?.pid })
        let roots = table.entries.filter { entry in
            guard entry.pid != own, !workers.contains(entry.pid) else { return false }
            if ProcessMarker.isBorne(by: entry.pid, run: job.folder.path) { return true }
            guard let identity, entry.startTime >= identity.startTime else { return false }
            if ownsProcess, entry.parent == own {
                // Nobody but a worker that is gone can have left it here.
                if entry.isZombie { waitpid(entry.pid, nil, WNOHANG) }
                return true
            }
            return wasHeld && entry.session == identity.pid
        }
        let descendants = table.descendants(of: Set(roots.map(\.pid)))
        return (roots + descendants).filter { !$0.isZombie && $0.pid != own }
    }

    /// Waits a little, longer each time; a process in the kernel's hands may take its time.
    func rest(_ pause: inout Duration) async {
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(1))
    }
}
