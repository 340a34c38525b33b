import JSON
import JobModel
import Sequences
import Synchronization
import SystemPackage
import Testing

@testable import JobTasks

/// Tools whose standard output is read while they run.
@Suite(.timeLimit(.minutes(6)))
struct ToolReaderTests {
    private final class Reporter: TaskReporter {
        private let state = Mutex<(lines: [String], fractions: [Double])>(([], []))

        var isStopping: Bool { false }
        var lines: [String] { state.withLock { $0.lines } }
        var fractions: [Double] { state.withLock { $0.fractions } }

        func log(_ lines: [String]) { state.withLock { $0.lines += lines } }
        func progress(_ fraction: Double) { state.withLock { $0.fractions.append(fraction) } }
        func keep(_ record: DataRecord) -> Bool { true }
    }

    private let reporter = Reporter()

    private func context() -> TaskContext {
        TaskContext(
            id: "job1",
            task: "test",
            username: "tester",
            args: [:],
            resources: Resources(proc: 1, mem: 1),
            work: "/tmp",
            data: "/tmp",
            reporter: reporter
        )
    }

    @Test func allBytesComeInOrderAndErrorsGoToTheLog() async throws {
        let bytes = Mutex<[UInt8]>([])
        var tool = Tool(["sh", "-c", "seq 1 50000; echo said >&2"])
        tool.output = .reader { piece throws(TaskFailure) in
            bytes.withLock { $0 += piece }
            return 0.5
        }
        try await context().run(tool)
        let text = (1...50_000).map { "\($0)\n" }.joined()
        #expect(bytes.withLock { String(decoding: $0, as: UTF8.self) } == text)
        #expect(reporter.lines.dropFirst() == ["said"])
        #expect(Set(reporter.fractions) == [0.5])
    }

    /// The tool would never end by itself.
    @Test func aReaderThatCannotReadOnEndsTheTool() async throws {
        let mark = "7\(UInt32.random(in: 0...UInt32.max))"
        var tool = Tool(["sh", "-c", "while :; do echo x; done", mark])
        tool.output = .reader { _ throws(TaskFailure) in throw .task("no more") }
        let context = context()
        await #expect(throws: TaskFailure.task("no more")) { try await context.run(tool) }
        #expect(processes(withArgument: mark).isEmpty)
    }

    private struct Counter: AlignmentCollector {
        var count = 0
        mutating func add(_ record: SAMRecord, of bytes: [UInt8]) { count += 1 }
    }

    private static let line = "printf 'r\\t4\\t*\\t0\\t0\\t*\\t*\\t0\\t0\\tAC\\tII\\n'"

    /// SNAP prints its usage, tells no read and ends with exit code 0.
    @Test(
        arguments: [
            (line + ";" + line, nil),
            (line, "sh ended without an error, but told of 1 of 2 reads"),
            ("echo usage >&2", "sh ended without an error, but told of 0 of 2 reads"),
            ("echo usage", "what the aligner says cannot be read: SAM, line 1: "),
            (line + ";" + line + "; echo why >&2; exit 3", "sh ended with exit code 3"),
        ] as [(String, String?)]
    )
    func anAlignerMustTellOfEveryRead(script: String, message: String?) async throws {
        let context = context()
        do {
            let (counter, _) = try await context.map(
                ["sh", "-c", script],
                reads: 2,
                into: Counter()
            )
            #expect(message == nil)
            #expect(counter.count == 2)
            #expect(reporter.fractions.last == 1)
        } catch {
            let told = error.message ?? ""
            #expect(told.hasPrefix(message ?? "?"), "\(told)")
        }
    }
}
