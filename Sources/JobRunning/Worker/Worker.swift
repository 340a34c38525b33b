import CProcess
import Glibc
import JSON
import JobModel
import JobTasks
package import SystemPackage

/// Runs one job from its first stage to its last word.
package struct Worker {
    /// The descriptor under which the server hands over the lock.
    private static let handedLock: CInt = 3
    /// How many threads a worker has at least while a tool runs.
    private static let threads = 8

    /// What this process lacks to run a job, in a sentence for people; nil if it has all.
    package static var lack: String? {
        if !hasThreads { return "the worker can make no threads" }
        do throws(Errno) {
            try Tool.checkDescriptors()
            return nil
        } catch {
            return "the worker can open no files: \(error)"
        }
    }

    /// Whether the machine gives this process the threads that a job needs.
    ///
    /// Asked before anything waits for one: Swift's own pool would wait for ever.
    private static var hasThreads: Bool {
        var made: [pthread_t] = []
        defer { for thread in made { pthread_join(thread, nil) } }
        while made.count < threads {
            var thread = pthread_t()
            guard pthread_create(&thread, nil, { _ in nil }, nil) == 0 else { return false }
            made.append(thread)
        }
        return true
    }

    private let folder: FilePath
    private let heldFolder: HeldFolder
    private let order: WorkerOrder
    private let orders: JobOrders
    private let reporter: WorkerReporter
    private let supervisor: Supervisor
    private let context: TaskContext

    /// Runs the job of a run folder.
    ///
    /// - Parameter folder: The run folder, which holds `job.json`.
    /// - Returns: The worker's exit code: 0 if the job's end is written down, however it ended.
    package static func run(_ folder: FilePath) async -> CInt {
        OpenFileLimit.restore()
        do {
            try holdLock(folder.appending("lock"))
            cprocess_become_subreaper()
            signal(SIGPIPE, SIG_IGN)
            let order = try WorkerOrder(reading: folder.appending("job.json"))
            enterGroup(order)
            let worker = try Worker(order, in: folder)
            return await worker.run()
        } catch {
            say("\(error)")
            return 1
        }
    }

    private init(_ order: WorkerOrder, in folder: FilePath) throws(Errno) {
        self.folder = folder
        heldFolder = try HeldFolder(folder)
        self.order = order
        let orders = JobOrders(in: folder)
        self.orders = orders
        let reporter = WorkerReporter(
            log: try JobLogWriter(order.folders.log(of: order.launch.id)),
            journal: try JournalWriter(folder.appending("journal.jsonl"))
        )
        self.reporter = reporter
        supervisor = Supervisor(
            grace: order.grace,
            timeout: order.timeout,
            lease: order.lease,
            toolPatience: order.toolPatience,
            isCancelled: { orders.isCancelled },
            flush: { reporter.flush() },
            endStuck: { Self.endStuck($0, reporter) }
        )
        reporter.attach(supervisor)
        context = TaskContext(
            id: order.launch.id,
            task: order.launch.task,
            username: order.launch.username,
            args: order.launch.args,
            resources: order.launch.resources,
            inputs: order.launch.inputs,
            listedInputs: order.launch.listedInputs,
            work: order.folders.work(of: order.launch.id),
            data: order.folders.data,
            environment: ProcessMarker.environment(of: order.launch.id, run: folder),
            reporter: reporter
        )
    }

    private func run() async -> CInt {
        reporter.write(.started(Machine.ownIdentity))
        guard supervisor.start() else { return giveBack("the worker can make no thread") }
        supervisor.watch(heldFolder)
        var failure: TaskFailure?
        var reason: StopReason?
        do throws(TaskFailure) {
            try makeWorkFolder()
            let work = try makeWork()
            keepStart()
            do throws(TaskFailure) {
                try await runStages(of: work)
                reporter.endStages()
                // What a tool has left running could still write to what is kept.
                ProcessTree.endDescendants(patience: supervisor.patience)
                try work.keepOutputs()
            } catch  where context.published != nil {
                // What it was for is done; only something of the tidying up is not.
                reporter.log(["left as it is: \(error.message ?? "the job was stopped")"])
            } catch  where error.isLack {
                // There is nothing to be cleaned up.
                throw error
            } catch {
                failure = error
                reason = supervisor.reason
                context.isPatient = false
                ProcessTree.endDescendants(patience: supervisor.patience)
                supervisor.beginCleanUp()
                reporter.endStages()
                await work.cleanUp()
            }
        } catch {
            failure = error
            reason = supervisor.reason
        }
        if case .lacking(let message) = failure, reason == nil { return giveBack(message) }
        return end(
            failure.map { outcome(of: $0, stoppedFor: reason) } ?? JournalEnd(state: .complete)
        )
    }

    /// Has a machine that loses its power know that the job was started: it must not run twice.
    ///
    /// Before anything is done, however slow a disk is, for what a stage does may be seen elsewhere.
    private func keepStart() {
        do throws(Errno) {
            try Files.sync(folder)
            try Files.sync(folder.removingLastComponent(), onlyItself: true)
        } catch {
            reporter.log(["a loss of power could make this job run twice: \(folder): \(error)"])
        }
    }

    private func runStages(of work: any StagedWork) async throws(TaskFailure) {
        let stages = work.stages
        for (index, stage) in stages.enumerated() {
            try context.checkStopping()
            reporter.beginStage(stage.name, number: index + 1, of: stages.count)
            if index > 0 { context.hasBegun = true }
            try await stage.run()
        }
    }

    private func makeWork() throws(TaskFailure) -> any StagedWork {
        if let command = order.command {
            return CommandWork(context: context, command: command, arguments: order.arguments)
        }
        guard let task = BuiltInTasks.named(order.launch.task) else {
            throw .failed(
                JobError(cause: .spawn, message: "this worker has no task \(order.launch.task)")
            )
        }
        return task.init(context: context)
    }

    private func makeWorkFolder() throws(TaskFailure) {
        do {
            try context.makeWorkFolder()
        } catch {
            let folder = context.work.removingLastComponent()
            throw .lacking("the job's work folder in \(folder) cannot be made: \(error)")
        }
    }
}

extension TaskFailure {
    fileprivate var isLack: Bool { if case .lacking = self { true } else { false } }
}

// MARK: - The end

extension Worker {
    /// Leaves the job as if it had not been touched: the server starts it again when that may work.
    private func giveBack(_ message: String) -> CInt {
        reporter.endStages()
        ProcessTree.endDescendants(patience: .zero)
        supervisor.finish()
        return reporter.write(.notStarted(message)) ? 0 : 1
    }

    private func end(_ outcome: JournalEnd) -> CInt {
        reporter.endStages()
        ProcessTree.endDescendants(patience: supervisor.patience)
        supervisor.finish()
        do {
            try Files.remove(context.work)
        } catch {
            reporter.log(["the work folder cannot be removed: \(error)"])
        }
        if outcome.state == .complete, let result = context.result {
            reporter.write(.result(result))
        }
        reporter.log([outcome.error.map { "error: \($0.message)" } ?? outcome.state.rawValue])
        reporter.finishLog()
        let end = JournalEnd(
            state: outcome.state,
            error: outcome.error,
            usage: Self.usage,
            isInterrupted: outcome.isInterrupted
        )
        if reporter.write(.end(end)) { return 0 }
        Self.say("the end could not be written down: \(outcome.state.rawValue)")
        return 1
    }

    /// What a failure means for the job.
    ///
    /// The tools of a job that is being stopped fail too; what they say is not the reason.
    private func outcome(
        of failure: TaskFailure,
        stoppedFor reason: StopReason?
    ) -> JournalEnd {
        switch (failure, reason) {
        case (_, .cancelled):
            return JournalEnd(state: .cancelled)
        case (.interrupted, _) where orders.isCancelled, (_, .interrupted) where orders.isCancelled:
            // The order came while the job was on its way out already.
            return JournalEnd(state: .cancelled)
        case (_, .interrupted(let signal)):
            let message =
                "the job was interrupted: its worker got \(SignalName.of(signal)), "
                + "and nobody had ordered it to stop"
            let error = JobError(cause: .signal, message: message)
            return JournalEnd(state: .error, error: error, isInterrupted: true)
        case (_, .timedOut(let limit)):
            let message = "the job took longer than its task allows (\(limit.words))"
            return JournalEnd(state: .error, error: JobError(cause: .timeout, message: message))
        case (_, .abandoned(let time)):
            let message =
                "ended here, for its server was not heard of for \(time.words), "
                + "and another one may start it anew"
            return JournalEnd(state: .error, error: JobError(cause: .lost, message: message))
        case (_, .unreachable):
            let message =
                "ended here, for its run folder \(folder) was removed: no order could reach it any more"
            return JournalEnd(state: .error, error: JobError(cause: .lost, message: message))
        case (_, .cannotWrite(let what)):
            return JournalEnd(state: .error, error: JobError(cause: .task, message: what))
        case (.lacking(let what), nil):
            return JournalEnd(state: .error, error: JobError(cause: .spawn, message: what))
        case (.failed(let error), nil):
            return JournalEnd(state: .error, error: error)
        case (.interrupted(let error), nil):
            return JournalEnd(state: .error, error: error, isInterrupted: true)
        case (.stopped, nil):
            let error = JobError(cause: .task, message: "the job was stopped")
            return JournalEnd(state: .error, error: error)
        }
    }

    /// What this process and all that it has waited for have used.
    private static var usage: ResourceUsage {
        var own = rusage()
        var children = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &own)
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &children)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
        }
        let cpu = [own.ru_utime, own.ru_stime, children.ru_utime, children.ru_stime]
        return ResourceUsage(
            cpuSeconds: cpu.map(seconds).reduce(0, +),
            peakMemory: max(PeakMemory.own ?? own.ru_maxrss << 10, children.ru_maxrss << 10)
        )
    }
}

// MARK: - The lock

extension Worker {
    /// Makes sure that this is the only worker of its job.
    ///
    /// The server takes the lock and hands it over as an open file; tools do not get it.
    private static func holdLock(_ path: FilePath) throws(WorkerOrderError) {
        var handed = stat()
        var named = stat()
        let isNamed = path.withPlatformString { stat($0, &named) } == 0
        if isNamed, fstat(handedLock, &handed) == 0, handed.st_ino == named.st_ino,
            handed.st_dev == named.st_dev
        {
            guard fcntl(handedLock, F_SETFD, FD_CLOEXEC) == 0 else {
                throw WorkerOrderError(description: "the lock cannot be kept from tools")
            }
            return
        }
        let file: CInt
        do {
            file = try Files.openRegular(path, O_RDWR | O_CREAT)
        } catch {
            throw WorkerOrderError(description: "\(path) cannot be opened: \(error.reason)")
        }
        guard cprocess_try_lock(file) == 0 else {
            throw WorkerOrderError(description: "another worker runs this job")
        }
    }

    /// Moves into the job's control group, before there is anything that could stay outside of it.
    private static func enterGroup(_ order: WorkerOrder) {
        guard let path = order.group else { return }
        do {
            try ControlGroup(path).enter()
        } catch {
            say("the control group \(path) cannot be entered: \(error)")
        }
    }

    /// Standard error is the job's log.
    private static func say(_ message: String) {
        try? Files.write(Array("jobsync-worker: \(message)\n".utf8)[...], to: STDERR_FILENO)
    }
}
