import JobModel
import JobRunning
import JobTasks
import Logging
import SystemPackage
import Testing
import Threads

@Suite(.timeLimit(.minutes(6)))
struct JournalWatcherTests {
    /// Where the kernel has no watch to give, looking now and then does as well.
    @Test(arguments: [true, false])
    func whatIsWrittenIsToldUntilTheWatchIsRemoved(usesEvents: Bool) async throws {
        let bench = try Bench()
        let loop = DescriptorLoop()
        let thread = ThreadExecutor(name: "test", loop: loop)
        let (changes, teller) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let folder = bench.folders.data
        let watcher = await on(loop) {
            UncheckedWatcher(
                watcher: JournalWatcher(
                    loop: loop,
                    logger: Logger(label: "test"),
                    usesEvents: usesEvents
                )
            )
        }
        let watch = await on(loop) { watcher.watcher.add(folder) { teller.yield() } }
        var iterator = changes.makeAsyncIterator()
        for round in 1...3 {
            try bench.write("\(round)", to: "journal.jsonl")
            #expect(await iterator.next() != nil)
        }
        await on(loop) {
            watcher.watcher.remove(watch)
            teller.finish()
        }
        withExtendedLifetime(thread) {}
    }

    private func on<Value: Sendable>(
        _ loop: DescriptorLoop,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { done in loop.perform { done.resume(returning: body()) } }
    }
}

/// Touched on its thread only, as the watcher asks for.
private struct UncheckedWatcher: @unchecked Sendable {
    let watcher: JournalWatcher
}
