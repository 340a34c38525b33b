import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Logging

extension JobManager {
    /// How many changes are read at a time.
    private static let pageSize = 2000

    /// Drops what the store has not taken, tells the callers, and reads everything anew until it works.
    func recover(from error: JobStoreError) async {
        logger.error("the store failed, reading everything anew", metadata: ["error": "\(error)"])
        statistics.recoveries += 1
        isReady = false
        _ = pending.removeAll()
        barrier = []
        for ticket in tickets.values {
            ticket.continuation?.resume(returning: .failure(.storeUnavailable))
        }
        tickets = [:]
        var delay = Duration.milliseconds(50)
        while !isReady, !Task.isCancelled {
            do throws(JobStoreError) {
                try await readEverything()
                logger.notice("the store answers again")
            } catch {
                logger.error("the store does not answer", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: delay)
                delay = min(delay * 2, .seconds(5))
            }
        }
    }

    /// Builds memory from the store, tells the observer what it has not heard, and takes up what runs.
    func readEverything() async throws(JobStoreError) {
        let position = try await store.position()
        var active: [Job] = []
        var unheard: [CommittedChange] = []
        var cursor = 0
        while true {
            let page = try await store.changes(after: cursor, limit: Self.pageSize)
            for change in page {
                if case .live(let job) = change.content, !job.state.isFinal { active.append(job) }
                if change.seq > seq { unheard.append(CommittedChange(change)) }
            }
            guard let last = page.last, page.count == Self.pageSize else { break }
            cursor = last.seq
        }
        observer.historyOpened(at: position)
        observer.changesCommitted(unheard)
        seq = position.seq
        isReady = true
        takeUp(active)
    }

    private func takeUp(_ active: [Job]) {
        jobs = Dictionary(
            uniqueKeysWithValues: active.map {
                ($0.id, ManagedJob(latest: $0, committed: $0))
            }
        )
        scheduler = SchedulerState(machine: scheduler.machine, taskLimits: effectiveLimits())
        _ = scheduler.handle(.startingPaused(true))
        for job in active where job.state.holdsResources {
            _ = scheduler.handle(.jobFoundRunning(JobRequest(job)))
            effectSink.yield(.adopt(launchOrder(for: job)))
            if job.state == .cancelling {
                effectSink.yield(.cancel(job.id, reason: "cancelled before the server started"))
            }
        }
        effectSink.yield(.sweep(keeping: Set(active.map(\.id))))
        let waiting = active.filter { $0.state == .waiting }
            .sorted { ($0.added, $0.id) < ($1.added, $1.id) }
        for job in waiting { _ = scheduler.handle(.jobArrived(JobRequest(job))) }
        if !isDraining { apply(scheduler.handle(.startingPaused(false))) }
    }
}
