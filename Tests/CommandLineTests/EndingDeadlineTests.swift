import Glibc
import Testing

@testable import jobsync

@Suite(.timeLimit(.minutes(6)))
struct EndingDeadlineTests {
    @Test("A server that does not end by itself after a signal is ended")
    func ends() async {
        signal(SIGUSR2, SIG_IGN)
        let (ends, continuation) = AsyncStream<Void>.makeStream()
        let deadline = EndingDeadline(signals: [SIGUSR2], patience: .milliseconds(10)) {
            continuation.yield()
        }
        // More than once: a source hears signals only some time after it was told to.
        let asking = Task {
            while !Task.isCancelled {
                kill(getpid(), SIGUSR2)
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        var iterator = ends.makeAsyncIterator()
        #expect(await iterator.next() != nil)
        asking.cancel()
        await asking.value
        withExtendedLifetime(deadline) {}
    }
}
