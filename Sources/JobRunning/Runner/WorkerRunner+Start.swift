import Glibc
import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Starts the worker of a job that is in the table.
    func launch(_ id: JobID) async {
        jobs[id]?.silence = nil
        guard let job = jobs[id] else { return }
        guard let task = tasks(job.order.task) else {
            await fail(id, "there is no task \(job.order.task) any more")
            return
        }
        guard let data, !task.named(by: job.order.args).isEmpty else {
            await start(job, of: task)
            return
        }
        // On its own, for other jobs need not wait until the store answers.
        Task { await start(id, of: task, with: data) }
    }

    /// Starts a worker with what its job's arguments name.
    private func start(
        _ id: JobID,
        of task: TaskDescription,
        with data: any JobDataKeeper
    ) async {
        guard let order = jobs[id]?.order else { return }
        do {
            let inputs = try await data.inputs(for: order, of: task)
            let listed = try await data.listedInputs(for: order, of: task)
            jobs[id]?.order.inputs = inputs
            jobs[id]?.order.listedInputs = listed
        } catch {
            await fail(id, error.message, cause: .task)
            return
        }
        guard let job = jobs[id], job.phase != .ending else { return }
        guard job.phase == .running else {
            // It was ordered to stop meanwhile.
            await follow(id)
            return
        }
        await start(job, of: task)
    }

    private func start(_ job: RunningJob, of task: TaskDescription) async {
        let id = job.order.id
        do {
            try spawn(job, of: task)
        } catch {
            switch error {
            // An earlier server must have started it.
            case .workerLives: await follow(id)
            case .lacking(let problem): await giveBack(id, because: problem)
            }
        }
    }

    private func spawn(_ job: RunningJob, of task: TaskDescription) throws(LaunchError) {
        let id = job.order.id
        var order = WorkerOrder(
            job.order,
            of: task,
            in: folders,
            lease: lease,
            toolPatience: toolPatience
        )
        let group = makeGroup(for: id)
        order.group = group?.path
        let lock = try job.folder.prepare(order)
        defer { close(lock) }
        // Of an earlier attempt, if of anything; no worker of this job lives.
        if let group, !group.processes.isEmpty { group.kill() }
        watchJournal(of: id)
        let log = try LaunchError.unless("the job's log in \(folders.logs) cannot be opened") {
            () throws(Errno) in
            try Files.makeFolder(folders.logs)
            let log = folders.log(of: id)
            // What a tool has put there must not keep the job from its next attempt.
            if Files.exists(log), !Files.isRegular(log) { disposal.remove(log) }
            return try Files.openRegular(log, O_WRONLY | O_APPEND | O_CREAT)
        }
        defer { close(log) }
        jobs[id]?.earlierLog = Files.size(of: folders.log(of: id)) ?? 0
        let pid = try LaunchError.unless("the worker program \(worker) cannot be started") {
            () throws(Errno) in
            try WorkerProcess.spawn(
                worker,
                order: job.order,
                run: job.folder.path,
                lock: lock,
                log: log,
                group: group
            )
        }
        // Known from its first moment, so that nobody takes it for a stray.
        jobs[id]?.identity = ProcessIdentity(
            pid: pid,
            startTime: ProcessTable.entry(of: pid)?.startTime ?? 0,
            bootID: Machine.bootID
        )
        hold(pid, startTime: nil, for: id)
        after(silence, for: id) { await $0.endIfSilent(id) }
    }

    /// Finds out how it stands with a job that an earlier server started.
    func follow(_ id: JobID) async {
        await readWholeJournal(of: id)
        guard let job = jobs[id], job.process == nil, job.phase != .ending else { return }
        let lock: CInt?
        do {
            lock = try job.folder.tryLock()
        } catch {
            await followWithoutLock(id, because: error)
            return
        }
        jobs[id]?.lockProblem = nil
        if let lock {
            close(lock)
            // What the worker wrote before it let go of the lock.
            await readWholeJournal(of: id)
            if let job = jobs[id], job.end == nil, !job.journal.isEmpty,
                let worker = livingWorker(of: job)
            {
                // Somebody has replaced the lock.
                return hold(worker.pid, startTime: worker.startTime, for: id)
            }
            // A journal of which nothing can be read is none of a job that was never started.
            if let job = jobs[id], job.end == nil, job.identity == nil, job.phase == .running,
                job.journal.isEmpty, job.journalProblem == nil
            {
                if job.silence != nil { await sweep(job, wasHeld: false) }
                if let doubt = doubt(about: job) {
                    await lose(id, because: doubt)
                } else {
                    await launch(id)
                }
            } else {
                await finish(id, exit: .unknown, usage: nil)
            }
        } else if !job.isSilent, let worker = livingWorker(of: job) {
            hold(worker.pid, startTime: worker.startTime, for: id)
        } else {
            // It lives, and is about to write its first line.
            if job.taken.duration(to: .now) > silence { await endIfSilent(id) }
            followLater(id)
        }
    }

    /// Takes hold of a worker's process, to learn of its end and to signal it.
    ///
    /// - Parameters:
    ///   - pid: Its number.
    ///   - startTime: When it started; nil for a child, whose number cannot be another's.
    ///   - id: The job.
    func hold(_ pid: Int32, startTime: Int?, for id: JobID) {
        guard jobs[id]?.process == nil else { return }
        do {
            let process = try WorkerProcess(pid, startTime: startTime, on: loop) {
                [weak self] in
                self?.assumeIsolated { $0.workerEnded(id) }
            }
            jobs[id]?.process = process
            jobs[id]?.identity = process.identity
            if jobs[id]?.phase == .stopping { process.send(SIGTERM) }
        } catch {
            // Gone, and its lock will be free, or for want of descriptors, which may pass.
            logger.debug("worker \(pid) of job \(id) cannot be held: \(error)")
            if startTime != nil { return followLater(id) }
            after(.milliseconds(200), for: id) { $0.holdLater(pid, for: id) }
        }
    }

    private func holdLater(_ pid: Int32, for id: JobID) {
        hold(pid, startTime: nil, for: id)
    }

    /// Does something for a job a while later, unless the job has ended by then.
    func after(
        _ delay: Duration,
        for id: JobID,
        _ action: @escaping @Sendable (isolated WorkerRunner) async -> Void
    ) {
        jobs[id]?.timers.append(
            // Who waits keeps no runner alive that nobody uses any more.
            Task { [weak self] in
                do {
                    try await Task.sleep(for: delay)
                    if let self { await action(self) }
                } catch {
                    return
                }
            }
        )
    }
}
