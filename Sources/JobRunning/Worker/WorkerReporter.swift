import Glibc
import JSON
import JobModel
import JobTasks
import Synchronization
import SystemPackage

/// Writes a job's log and journal; what cannot be written stops the job, but for want of space, for which it
/// waits.
///
/// A little of the log is kept meanwhile: a tool that has filled the disk itself is not held up over what it
/// has to say, but comes to the write that it fails on, and the space is free again.
final class WorkerReporter: TaskReporter {
    private struct Files: ~Copyable {
        var log: JobLogWriter
        var journal: JournalWriter
        var stage: (name: String, number: Int)?
        var pendingProgress: Double?
        var writtenProgress = 0.0
        /// Since when there was no space for something that is to be written.
        var fullSince: ContinuousClock.Instant?
        var lastProgress = ContinuousClock.now - WorkerReporter.interval
        /// For what the journal says that the job waits.
        var told: String?

        /// Says in the journal for what the job waits, for whoever looks after the server.
        mutating func tell(_ lack: String?) {
            guard lack != told else { return }
            told = lack
            journal.tell(.waiting(lack))
        }

        /// Says in the log that there was no space, once there is.
        mutating func sayThatItWaited() {
            guard let start = fullSince, !log.isBehind, !journal.isBehind else { return }
            fullSince = nil
            tell(nil)
            let seconds = (ContinuousClock.now - start).components.seconds
            // Where that fails, the next lines bring it.
            let line = "the disk was full: waited \(seconds) s for space"
            try? log.append([line], stage: stage?.name)
        }
    }

    /// Between two lines of progress in the journal; a tool may tell thousands a second.
    private static let interval = Duration.milliseconds(250)

    /// Between two tries to write what the log lacks, of a tool that says no more.
    private static let logInterval = Duration.seconds(1)

    private let files: Mutex<Files>
    private let supervisor = Mutex<Supervisor?>(nil)

    init(log: consuming JobLogWriter, journal: consuming JournalWriter) {
        files = Mutex(Files(log: log, journal: journal))
    }

    /// Takes the supervisor, which is told when something cannot be written.
    func attach(_ supervisor: Supervisor) {
        self.supervisor.withLock { $0 = supervisor }
    }

    var isStopping: Bool { supervisor.withLock { $0 }?.isStopping ?? false }

    func log(_ lines: [String]) {
        writing(.log) { files throws(Errno) in
            do throws(Errno) {
                try files.log.append(lines, stage: files.stage?.name)
            } catch  where error.isLackOfSpace && !files.log.isFarBehind {
                files.fullSince = files.fullSince ?? .now
                supervisor.withLock { $0 }?.flush(at: .now + Self.logInterval)
            }
        }
    }

    /// Waits until all that was logged is written.
    func finishLog() {
        writing(.log) { files throws(Errno) in try files.log.flush() }
    }

    func progress(_ fraction: Double) {
        let clamped = min(max(fraction, 0), 1)
        let flushTime = files.withLock { files -> ContinuousClock.Instant? in
            guard clamped > files.pendingProgress ?? files.writtenProgress else { return nil }
            let isNew = files.pendingProgress == nil
            files.pendingProgress = clamped
            return isNew ? files.lastProgress + Self.interval : nil
        }
        guard let flushTime else { return }
        if flushTime <= .now {
            flushProgress()
        } else {
            supervisor.withLock { $0 }?.flush(at: flushTime)
        }
    }

    /// Writes down what waits for a better time: progress, and what the log lacks.
    func flush() {
        flushProgress()
        let isBehind = files.withLock { files in
            do throws(Errno) {
                try files.log.flush()
            } catch {
                files.tell(Self.lack(.log, error))
            }
            try? files.journal.flush()
            files.sayThatItWaited()
            return files.log.isBehind
        }
        if isBehind { supervisor.withLock { $0 }?.flush(at: .now + Self.logInterval) }
    }

    /// Writes down progress that waits.
    private func flushProgress() {
        // Newer progress will come; nobody has to wait for this.
        writing(.journal, waitsForSpace: false) { files throws(Errno) in
            guard let fraction = files.pendingProgress, let stage = files.stage else { return }
            if files.journal.isBehind { try files.journal.flush() }
            files.pendingProgress = nil
            files.writtenProgress = fraction
            files.lastProgress = .now
            try files.journal.append(.progress(stage: stage.number, fraction: fraction))
        }
    }

    /// Writes down that a stage begins.
    func beginStage(_ name: String, number: Int, of count: Int) {
        writing(.journal) { files throws(Errno) in
            files.stage = (name, number)
            files.pendingProgress = nil
            files.writtenProgress = 0
            // What a stage tells first is told at once, however short the stage is.
            files.lastProgress = .now - Self.interval
            try files.journal.append(.stage(name: name, number: number, of: count))
        }
    }

    /// Says that no stage runs any more; what is logged from now on belongs to none.
    func endStages() {
        flushProgress()
        files.withLock { $0.stage = nil }
    }

    func keep(_ record: DataRecord) -> Bool { write(.kept(record)) }

    func waits(for lack: String?) { files.withLock { $0.tell(lack) } }

    func toolIsStarting(isFirst: Bool) {
        supervisor.withLock { $0 }?.awaitTool(isFirst: isFirst)
    }

    func toolHasStarted() { supervisor.withLock { $0 }?.setAwaited(nil) }

    /// Writes an entry to the journal.
    ///
    /// - Returns: Whether it could be written.
    @discardableResult
    func write(_ entry: JournalEntry) -> Bool {
        writing(.journal) { files throws(Errno) in
            try files.journal.append(entry)
        }
    }

    private enum Target: String {
        case log = "the job's log"
        case journal = "the job's journal"
    }

    @discardableResult
    private func writing(
        _ target: Target,
        waitsForSpace: Bool = true,
        _ body: (inout Files) throws(Errno) -> Void
    ) -> Bool {
        do {
            try files.withLock { files throws(Errno) in
                try body(&files)
                files.sayThatItWaited()
            }
            return true
        } catch  where error.isLackOfSpace {
            files.withLock { $0.fullSince = $0.fullSince ?? .now }
            return waitsForSpace && waitForSpace(to: target)
        } catch {
            stop(because: error, writing: target)
            return false
        }
    }

    // MARK: Space

    /// Waits until there is space for what is to be written.
    ///
    /// Keeps its thread, and with it the tool whose output it is: what a tool says is not dropped because a
    /// disk is full for a while. A job that is to stop does not wait to say something.
    private func waitForSpace(to target: Target) -> Bool {
        var pause = Duration.milliseconds(100)
        while mayWait(for: target) {
            sleep(pause, for: target)
            pause = min(pause * 2, .seconds(5))
            do {
                try files.withLock { files throws(Errno) in
                    switch target {
                    case .log: try files.log.flush()
                    case .journal: try files.journal.flush()
                    }
                    files.sayThatItWaited()
                }
                return true
            } catch  where error.isLackOfSpace {
                files.withLock { $0.tell(Self.lack(target, error)) }
            } catch {
                stop(because: error, writing: target)
                return false
            }
        }
        return false
    }

    private func mayWait(for target: Target) -> Bool {
        switch (supervisor.withLock { $0 }?.reason, target) {
        case (nil, _): true
        case (.cancelled, _), (.interrupted, _), (.unreachable, _), (_, .log): false
        // What has become of the job is worth the wait.
        case (_, .journal): true
        }
    }

    private func sleep(_ time: Duration, for target: Target) {
        let end = ContinuousClock.now + time
        while .now < end, mayWait(for: target) { usleep(50_000) }
    }

    private func stop(because error: Errno, writing target: Target) {
        supervisor.withLock { $0 }?.stop(.cannotWrite(Self.lack(target, error)))
    }

    private static func lack(_ target: Target, _ error: Errno) -> String {
        "\(target.rawValue) cannot be written: \(error)"
    }
}
