import JSON
import JobModel
import JobTasks
import Synchronization
import SystemPackage

/// Writes a job's log and journal; what cannot be written stops the job.
final class WorkerReporter: TaskReporter {
    private struct Files: ~Copyable {
        var log: JobLogWriter
        var journal: JournalWriter
        var stage: (name: String, number: Int)?
        var pendingProgress: Double?
        var writtenProgress = 0.0
        var lastProgress = ContinuousClock.now - WorkerReporter.interval
    }

    /// Between two lines of progress in the journal; a tool may tell thousands a second.
    private static let interval = Duration.milliseconds(250)

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
        writing("the job's log") { files throws(Errno) in
            try files.log.append(lines, stage: files.stage?.name)
        }
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

    /// Writes down progress that waits.
    func flushProgress() {
        writing("the job's journal") { files throws(Errno) in
            guard let fraction = files.pendingProgress, let stage = files.stage else { return }
            files.pendingProgress = nil
            files.writtenProgress = fraction
            files.lastProgress = .now
            try files.journal.append(.progress(stage: stage.number, fraction: fraction))
        }
    }

    /// Writes down that a stage begins.
    func beginStage(_ name: String, number: Int, of count: Int) {
        writing("the job's journal") { files throws(Errno) in
            files.stage = (name, number)
            files.pendingProgress = nil
            files.writtenProgress = 0
            try files.journal.append(.stage(name: name, number: number, of: count))
        }
    }

    /// Says that no stage runs any more; what is logged from now on belongs to none.
    func endStages() {
        flushProgress()
        files.withLock { $0.stage = nil }
    }

    func keep(_ record: DataRecord) -> Bool { write(.kept(record)) }

    /// Writes an entry to the journal.
    ///
    /// - Returns: Whether it could be written.
    @discardableResult
    func write(_ entry: JournalEntry) -> Bool {
        writing("the job's journal") { files throws(Errno) in
            try files.journal.append(entry)
        }
    }

    @discardableResult
    private func writing(_ what: String, _ body: (inout Files) throws(Errno) -> Void) -> Bool {
        do {
            try files.withLock { files throws(Errno) in try body(&files) }
            return true
        } catch {
            supervisor.withLock { $0 }?.stop(.cannotWrite("\(what) cannot be written: \(error)"))
            return false
        }
    }
}
