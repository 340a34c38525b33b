import Dispatch
import JobModel
import JobRunning
import JobTasks
import Logging
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(6)))
struct JournalWatcherTests {
    /// Where the kernel has no watch to give, looking now and then does as well.
    @Test(arguments: [true, false])
    func whatIsWrittenIsToldUntilTheWatchIsRemoved(usesEvents: Bool) async throws {
        let bench = try Bench()
        let queue = DispatchQueue(label: "test")
        let (changes, teller) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let folder = bench.folders.data
        let watcher = queue.sync {
            UncheckedWatcher(
                watcher: JournalWatcher(
                    queue: queue,
                    logger: Logger(label: "test"),
                    usesEvents: usesEvents
                )
            )
        }
        let watch = queue.sync { watcher.watcher.add(folder) { teller.yield() } }
        var iterator = changes.makeAsyncIterator()
        for round in 1...3 {
            try bench.write("\(round)", to: "journal.jsonl")
            #expect(await iterator.next() != nil)
        }
        queue.sync {
            watcher.watcher.remove(watch)
            teller.finish()
        }
    }
}

/// Touched on its queue only, as the watcher asks for.
private struct UncheckedWatcher: @unchecked Sendable {
    let watcher: JournalWatcher
}
