import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Has the journal read whenever it grows.
    func watchJournal(of id: JobID) {
        guard let job = jobs[id] else { return }
        if let watch = job.watch { journalWatcher.remove(watch) }
        jobs[id]?.watch = journalWatcher.add(job.folder.path) { [weak self] in
            self?.assumeIsolated { $0.journalGrew(of: id) }
        }
    }

    func unwatchJournal(of id: JobID) {
        guard let watch = jobs[id]?.watch else { return }
        journalWatcher.remove(watch)
        jobs[id]?.watch = nil
    }

    private var journalWatcher: JournalWatcher {
        if let watcher { return watcher }
        let made = JournalWatcher(loop: loop, logger: logger)
        watcher = made
        return made
    }

    /// Reads some of what is new in a job's journal now, and the rest when others have had their turn.
    private func journalGrew(of id: JobID) {
        guard case .more = readPortion(of: id) else { return }
        Task { await readWholeJournal(of: id) }
    }

    /// Reads what is new in a job's journal, however long it takes until the machine lets it be read.
    ///
    /// What stands in it decides what becomes of the job; that it cannot be read just now must not. But where
    /// something else is in its place, or it cannot be read for as long as a worker may be silent, waiting
    /// would last for ever. Between portions others have their turn.
    func readWholeJournal(of id: JobID) async {
        let began = ContinuousClock.now
        let shortest = Duration.milliseconds(100)
        var pause = shortest
        while !Task.isCancelled {
            switch readPortion(of: id) {
            case .last:
                return
            case .more:
                pause = shortest
                await Task.yield()
            case .unreadable(let problem):
                let isOver = !problem.isLackOfMeans && began.duration(to: .now) > silence
                if isOver || problem.isOfWrongKind { return }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(10))
            }
        }
    }

    /// What became of reading some of a journal.
    private enum Portion {
        case more, last
        case unreadable(Errno)
    }

    /// Reads some of what is new in a job's journal, and tells it.
    private func readPortion(of id: JobID) -> Portion {
        guard var job = jobs[id] else { return .last }
        var entries: [JournalReader.DatedEntry] = []
        let hasMore: Bool
        do {
            hasMore = try job.journal.readPortion(into: &entries)
        } catch {
            if job.journalProblem == nil {
                logger.warning("the journal of job \(id) cannot be read: \(error.reason)")
            }
            jobs[id]?.journalProblem = error
            return .unreadable(error)
        }
        job.journalProblem = nil
        if job.journal.damagedLines > job.damagedLines {
            job.damagedLines = job.journal.damagedLines
            logger.warning("the journal of job \(id) has damaged lines, which are left out")
        }
        jobs[id] = job
        for entry in entries { learn(entry, of: id) }
        return hasMore ? .more : .last
    }

    private func learn(_ entry: JournalReader.DatedEntry, of id: JobID) {
        switch entry.entry {
        case .started(let identity):
            jobs[id]?.identity = identity
        case .waiting(let lack):
            // It stands where people look; more of it was never meant.
            tell(.waits(lack.map { String($0.prefix(500)) }), of: id, at: entry.date)
        case .notStarted(let message):
            jobs[id]?.lack = LaunchProblem(message)
        case .stage(let name, let number, let count):
            jobs[id]?.stage = (number, count)
            jobs[id]?.progress.beginStage()
            tell(.stageBegan(name: name, number: number, of: count), of: id, at: entry.date)
        case .progress(let stage, let fraction):
            guard let count = jobs[id]?.stage?.of else { return }
            let told = ProgressTeller.Told(
                stage: stage,
                count: count,
                fraction: fraction,
                date: entry.date
            )
            switch jobs[id]?.progress.take(told, now: .now) {
            case .tell: tellProgress(of: id)
            case .tellLater(let delay): after(delay, for: id) { $0.tellProgress(of: id) }
            case .wait, nil: break
            }
        case .result(let value):
            jobs[id]?.result = value
        case .kept(let record):
            jobs[id]?.record = record
        case .end(let end):
            jobs[id]?.end = end
            // A worker that cannot let go after its last word is helped.
            after(.seconds(10), for: id) { await $0.killTree(of: id) }
        }
    }

    func tellProgress(of id: JobID) {
        guard let told = jobs[id]?.progress.telling(now: .now) else { return }
        tell(
            .progressed(stage: told.stage, of: told.count, fraction: told.fraction),
            of: id,
            at: told.date
        )
    }

    func tell(_ content: JobFact.Content, of id: JobID, at date: Timestamp) {
        teller.yield(JobFact(id: id, content: content, date: date))
    }
}
