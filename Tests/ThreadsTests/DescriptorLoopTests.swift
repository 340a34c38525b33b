import Glibc
import Synchronization
import Testing
import Threads

@Suite("Loop for descriptors and times", .timeLimit(.minutes(6)))
struct DescriptorLoopTests {
    /// An actor that lives on a loop's thread.
    private actor Guest {
        private let executor: ThreadExecutor
        private(set) var calls = 0

        init(_ loop: DescriptorLoop) { executor = ThreadExecutor(name: "test", loop: loop) }

        nonisolated var unownedExecutor: UnownedSerialExecutor {
            executor.asUnownedSerialExecutor()
        }

        func called() { calls += 1 }
    }

    /// Two ends of a pipe.
    private final class Pipe: Sendable {
        let reading: CInt
        let writing: CInt

        init() {
            var ends: [CInt] = [-1, -1]
            pipe(&ends)
            (reading, writing) = (ends[0], ends[1])
        }

        deinit {
            close(reading)
            close(writing)
        }

        func put() { write(writing, "x", 1) }

        func take() {
            var byte: UInt8 = 0
            read(reading, &byte, 1)
        }
    }

    @Test("What is readable is told on the executor's thread, until the watch is taken back")
    func readable() async {
        let loop = DescriptorLoop()
        let guest = Guest(loop)
        let pipe = Pipe()
        let (calls, teller) = AsyncStream<Void>.makeStream()
        let watch = loop.watch(pipe.reading) {
            pipe.take()
            guest.assumeIsolated { $0.called() }
            teller.yield()
        }
        var iterator = calls.makeAsyncIterator()
        for _ in 1...3 {
            pipe.put()
            await iterator.next()
        }
        #expect(await guest.calls == 3)
        loop.remove(watch)
        pipe.put()
        // What is asked for later is done later.
        await withCheckedContinuation { done in loop.perform { done.resume() } }
        #expect(await guest.calls == 3)
    }

    @Test("A watch that is for once ends with the first call, though there is more to read")
    func once() async {
        let loop = DescriptorLoop()
        let guest = Guest(loop)
        let pipe = Pipe()
        pipe.put()
        let (calls, teller) = AsyncStream<Void>.makeStream()
        _ = loop.watch(pipe.reading, once: true) {
            guest.assumeIsolated { $0.called() }
            teller.yield()
        }
        var iterator = calls.makeAsyncIterator()
        await iterator.next()
        for _ in 0..<10 { await withCheckedContinuation { done in loop.perform { done.resume() } } }
        #expect(await guest.calls == 1)
    }

    @Test("What is to be done later or again and again is")
    func times() async {
        let loop = DescriptorLoop()
        let guest = Guest(loop)
        let (calls, teller) = AsyncStream<String>.makeStream()
        loop.after(.milliseconds(1)) { teller.yield("later") }
        let watch = loop.every(.milliseconds(1)) { teller.yield("again") }
        var seen: [String] = []
        for await call in calls where call == "later" || seen.count < 4 {
            seen.append(call)
            if seen.contains("later"), seen.count >= 4 { break }
        }
        loop.remove(watch)
        #expect(seen.count { $0 == "later" } == 1)
        withExtendedLifetime(guest) {}
    }

    @Test("A signal is heard, by everybody who listens for it")
    func signals() async {
        let (heard, teller) = AsyncStream<String>.makeStream()
        let first = SignalListener([SIGWINCH, SIGURG], name: "first") { signal, _ in
            teller.yield("first \(signal)")
        }
        let second = SignalListener([SIGURG], name: "second") { signal, loop in
            loop.after(.milliseconds(1)) { teller.yield("second \(signal)") }
        }
        kill(getpid(), SIGWINCH)
        kill(getpid(), SIGURG)
        var seen: Set<String> = []
        for await one in heard {
            seen.insert(one)
            if seen.count == 3 { break }
        }
        #expect(seen == ["first \(SIGWINCH)", "first \(SIGURG)", "second \(SIGURG)"])
        withExtendedLifetime((first, second)) {}
    }
}
