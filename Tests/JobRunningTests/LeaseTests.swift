import Glibc
import JobModel
import JobRunning
import JobTasks
import Synchronization
import SystemPackage
import Testing

@Suite("A job that another server may start anew", .timeLimit(.minutes(6)))
struct LeaseTests {
    private let mark = "7\(UInt32.random(in: 0...UInt32.max)).25"

    /// A task whose tools do not end when they are asked to, one of them in a session of its own.
    private func stubborn(isRestartable: Bool = true) throws -> TaskDescription {
        try .shell(
            """
            trap '' TERM; setsid sh -c 'trap "" TERM; sleep \(mark)' & touch "$2/begun"
            while [ ! -e "$2/open" ]; do sleep 0.02; done; kill -9 $!
            """,
            grace: .seconds(1),
            isRestartable: isRestartable
        )
    }

    @Test("Ends by itself when its server is not heard of any more")
    func abandoned() async throws {
        let bench = try Bench(stubborn())
        let runner = bench.makeRunner(lease: .seconds(40))
        await runner.renewLease(until: .now + .seconds(3600))
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        await runner.renewLease(until: .now + .seconds(2))
        #expect(try await runner.end().error?.cause == .lost)
        #expect(processes(withArgument: mark).isEmpty)
        #expect(!bench.exists("work/job1"))
    }

    @Test("Goes on as long as its server is heard of, and longer than the lease that it began with")
    func renewed() async throws {
        // A worker that does not come to look in time, on a busy machine, is right to end; it gets longer then.
        for length in [6, 24, 96] {
            let bench = try Bench(stubborn())
            let runner = bench.makeRunner(lease: .seconds(4))
            let isOver = Mutex(false)
            let last = Task {
                defer { isOver.withLock { $0 = true } }
                return await runner.facts().last
            }
            let end = ContinuousClock.now + .seconds(length)
            await runner.renewLease(until: end)
            await runner.start(try bench.order("script"))
            while !bench.exists("begun"), !isOver.withLock(\.self) {
                try await Task.sleep(for: .milliseconds(5))
            }
            await runner.renewLease(until: .now + .seconds(3600))
            try await Task.sleep(until: end)
            try bench.write("", to: "open")
            if await last.value?.end?.state == .complete { return }
        }
        Issue.record("it has ended, though its server was heard of")
    }

    @Test("Needs no lease if nobody may start it anew, or there is nobody else")
    func withoutLease() async throws {
        let single = try Bench(stubborn(isRestartable: false))
        let runner = single.makeRunner(lease: .milliseconds(200))
        await runner.renewLease(until: .now - .seconds(1))
        let alone = try Bench(stubborn())
        let other = alone.makeRunner()
        await runner.start(try single.order("script"))
        await other.start(try alone.order("script"))
        for (bench, runner) in [(single, runner), (alone, other)] {
            await bench.waitFor("begun")
            try bench.write("", to: "open")
            #expect(try await runner.end().state == .complete)
        }
    }

    @Test("A worker that was frozen beyond its lease does nothing any more, and leaves nothing")
    func frozen() async throws {
        let bench = try Bench(stubborn())
        let runner = bench.makeRunner(lease: .seconds(40))
        await runner.renewLease(until: .now + .seconds(3600))
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity().pid
        kill(worker, SIGSTOP)
        await runner.renewLease(until: .now - .seconds(1))
        kill(worker, SIGCONT)
        #expect(try await runner.end().error?.cause == .lost)
        #expect(processes(withArgument: mark).isEmpty)
    }

    @Test("Of what stands in the file only what makes sense counts")
    func nonsense() throws {
        let bench = try Bench()
        let lease = WorkerLease(file: bench.folders.lease, duration: .seconds(2))
        #expect(lease.end() == nil)
        let end = ContinuousClock.now + .seconds(100)
        try lease.renew(until: end)
        let read = try #require(lease.end())
        #expect(abs((read - end) / .milliseconds(1)) < 1000)
        let written = String(decoding: try Files.read(lease.file), as: UTF8.self)
        for text in ["", "{", "[]", #"{"boot_id":"x","until_ms":1}"#, "\u{0}"] {
            try bench.write(text, to: "lease.json")
            #expect(lease.end() == nil, "\(text)")
        }
        for number in ["-9223372036854775808", "-1", "9223372036854775807", "1e400", "0.5"] {
            let digits = /"until_ms":\d+/
            try bench.write(
                written.replacing(digits, with: "\"until_ms\":\(number)"),
                to: "lease.json"
            )
            #expect(lease.end() == nil, "\(number)")
        }
    }
}
