import JobModel
import JobRunning

extension JobManager {
    /// Has effects performed, side by side where they are of different jobs.
    func performEffects() async {
        await withDiscardingTaskGroup { group in
            for await effect in effects {
                guard let id = effect.job else {
                    // What was decided later may rest on it: a start on the sweep before it.
                    await perform(effect)
                    continue
                }
                lanes.append(effect, of: id)
                // Begins right here, so that jobs start in the order in which that was decided.
                while let (id, next) = lanes.begin() {
                    group.addImmediateTask { await self.performLane(of: id, from: next) }
                }
            }
        }
    }

    /// Performs an effect of a job, and then others that wait for their turn.
    private func performLane(of first: JobID, from effect: Effect) async {
        var next: (id: JobID, effect: Effect)? = (first, effect)
        while let (id, effect) = next {
            await perform(effect)
            lanes.finish(id)
            // What is left over when this ends is seen to at the next start.
            next = Task.isCancelled ? nil : lanes.begin()
        }
    }

    private func perform(_ effect: Effect) async {
        switch effect {
        case .start(let order):
            guard maySurelyStart() else { return }
            statistics.started += 1
            await runner.start(order)
        case .adopt(let order): if await stillRunsHere(order.id) { await runner.adopt(order) }
        case .cancel(let id, let reason): await runner.cancel(id, reason: reason)
        case .forget(let id):
            await runner.forget(id)
            tidyIndexes()
        case .removeLog(let id): await runner.removeLog(id)
        case .removeLogs(let gone): await removeLogs(ofGone: gone)
        case .endStray(let id): await endStray(id)
        case .removeLeftovers(let gone, let epoch, let seq):
            await removeLogs(ofGone: runner.leftovers(of: gone, epoch: epoch, seq: seq))
        case .sweep(let known):
            for id in await runner.sweep(keeping: known) { effectSink.yield(.endStray(id)) }
        }
    }
}
