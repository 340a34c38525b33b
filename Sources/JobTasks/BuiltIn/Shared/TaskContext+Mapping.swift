import JobModel
import Sequences
import Synchronization
import SystemPackage

/// What is kept of the alignments that an aligner tells.
protocol AlignmentCollector: Sendable {
    /// Takes in a line; reads that are not aligned come too.
    mutating func add(_ record: SAMRecord, of bytes: [UInt8])

    /// Writes down what was taken in, if it belongs into a file; called now and then, and at the end.
    mutating func flush() throws(TaskFailure)
}

extension AlignmentCollector {
    mutating func flush() throws(TaskFailure) {}
}

extension TaskContext {
    /// Runs an aligner, and reads what it says while it runs.
    ///
    /// - Parameters:
    ///   - command: The command line; SAM of all reads comes on standard output.
    ///   - count: How many reads are aligned.
    ///   - collector: What takes the alignments in.
    /// - Returns: The collector, and the names of the references by the numbers it was told.
    /// - Throws: Why not all reads were aligned.
    func map<Collector: AlignmentCollector>(
        _ command: [String],
        reads count: Int,
        into collector: Collector
    ) async throws(TaskFailure) -> (collector: Collector, references: NameTable) {
        let running = RunningMapping(collector, count: count)
        var aligner = Tool(command)
        aligner.output = .reader { bytes throws(TaskFailure) in try running.read(bytes) }
        try await run(aligner)
        return try running.finish(tool: command[0])
    }
}

/// What has come so far from an aligner that runs.
private final class RunningMapping<Collector: AlignmentCollector>: Sendable {
    private let state: Mutex<(reader: SAMReader, collector: Collector)>
    private let count: Int

    init(_ collector: Collector, count: Int) {
        state = Mutex((SAMReader(), collector))
        self.count = count
    }

    /// Reads a piece of SAM; tells the share of reads that were seen.
    func read(_ bytes: [UInt8]) throws(TaskFailure) -> Double {
        try state.withLock { state throws(TaskFailure) in
            do throws(SAMError) {
                try state.reader.read(bytes) { state.collector.add($1, of: $0) }
            } catch {
                throw .task("what the aligner says cannot be read: \(error)")
            }
            try state.collector.flush()
            return Double(state.reader.reads) / Double(max(count, 1))
        }
    }

    /// Aligners may end with exit code 0 without having read all: each read has its line.
    func finish(
        tool: String
    ) throws(TaskFailure) -> (collector: Collector, references: NameTable) {
        try state.withLock { state throws(TaskFailure) in
            do throws(SAMError) {
                try state.reader.finish()
            } catch {
                throw .task("what the aligner says cannot be read: \(error)")
            }
            guard state.reader.reads == count else {
                throw .task(
                    "\(tool) ended without an error, but told of \(state.reader.reads) "
                        + "of \(count) reads"
                )
            }
            return (state.collector, state.reader.references)
        }
    }
}
