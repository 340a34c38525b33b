import JobModel
import JobStorage
import Logging

extension JobManager {
    /// Keeps the changes that the store has certainly not made, and waits until it is worth another try.
    ///
    /// Callers who wait for them are told after a while that it is not known whether they will be made;
    /// further ones, that nothing was done.
    func keepChanges(because cause: String) async {
        statistics.changesKept += 1
        pending.putBack(underway)
        underway = []
        pendingSettings.putBack(underwaySettings.take())
        let pause = noteStoreTrouble(cause, keepsChanges: true)
        await leaveStoreAlone(for: pause)
    }

    /// Asks nothing of the store for a while.
    func leaveStoreAlone(for pause: Duration) async {
        isStoreAtRest = true
        // Whoever waits for the end of all commits would wait for as long as the store takes none.
        for ticket in barrier { settle(ticket, at: reached) }
        barrier = []
        try? await sleep(pause)
        isStoreAtRest = false
    }

    /// Takes note that the store has failed.
    ///
    /// - Returns: The time until it is worth another try.
    @discardableResult
    func noteStoreTrouble(_ cause: String, keepsChanges: Bool) -> Duration {
        let consequence = storing.failed(
            cause,
            keepsChanges: keepsChanges,
            at: now(),
            now: clock.now
        )
        if consequence.isWorthALine {
            let message: Logger.Message =
                keepsChanges
                ? "the store takes no changes; they wait in memory"
                : "the store failed, reading everything anew"
            logger.error(message, metadata: ["error": "\(cause)"])
        }
        if consequence.isNews { observer.troublesChanged() }
        if keepsChanges, consequence.isPatienceOver { tellThatNothingIsKnown() }
        return consequence.pause
    }

    /// Takes note that the store has made changes.
    func noteThatStoreWorks() { tellThatStoreWorks(storing.worked(at: clock.now)) }

    /// Takes note that everything was read anew: with nothing to be changed, that is all there is to know.
    func noteThatAllIsRead() {
        if !hasPending, underway.isEmpty { tellThatStoreWorks(storing.end()) }
    }

    private func tellThatStoreWorks(_ end: (wasTrouble: Bool, isWorthALine: Bool)) {
        if end.isWorthALine { logger.notice("the store answers again") }
        if end.wasTrouble { observer.troublesChanged() }
    }

    /// Tells all callers who wait that it is not known what becomes of their changes.
    private func tellThatNothingIsKnown() {
        let waiting = tickets.values
        tickets = [:]
        for ticket in waiting {
            ticket.continuation?.resume(returning: .failure(.storeUnavailable))
        }
    }
}
