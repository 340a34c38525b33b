import Sequences
import Synchronization
import SystemPackage

/// Trims reads while they are read and while what is left is compressed.
///
/// Reads go through pipes to the tool, written as every tool takes them, and what it leaves goes through pipes
/// into compressed files. Nothing is on the disk but what is kept.
final class TrimmingFlow: Sendable {
    /// How the feeding of the tool ended.
    enum Feeding: Sendable {
        /// All reads were given to it, so many.
        case whole(Int)
        /// It ended before.
        case toolEnded
        case failed(TaskFailure)
    }

    /// What became of one file.
    struct Kept: Sendable {
        var statistics = QualityStatistics()
        var ending = CommonEnding()
        /// Why it could not be written.
        var failure: TaskFailure?
        /// What is wrong with what the tool wrote.
        var problem: FASTQError?
    }

    private let raw: RawReads
    /// How each lane's first and second reads are written.
    private let normalized: [(first: NormalizedRead, second: NormalizedRead)]
    /// How many bases are cut off both ends of what the tool leaves.
    private let randomBases: Int
    private let names: [String]
    private let watch: JobWatch
    private let threads: Int
    private let inputs: [ToolPipe]
    private let outputs: [ToolPipe]
    /// Whether what the tool leaves cannot be kept, so that it need not go on.
    private let isBroken = Atomic(false)

    /// Lays the pipes.
    ///
    /// - Parameters:
    ///   - raw: What is read.
    ///   - encodings: How the qualities of each lane's first and second reads are written.
    ///   - randomBases: How many bases are cut off both ends of what the tool leaves.
    ///   - inputs: What the tool calls the files that it reads.
    ///   - outputs: What it calls those that it writes.
    ///   - names: Where what it writes is kept, below the work folder; compressed.
    ///   - context: The job.
    /// - Throws: Why there are no pipes.
    init(
        _ raw: RawReads,
        encodings: [(first: QualityEncoding, second: QualityEncoding)],
        cutting randomBases: Int,
        inputs: [String],
        outputs: [String],
        names: [String],
        in context: TaskContext
    ) throws(TaskFailure) {
        self.raw = raw
        normalized = encodings.map {
            (NormalizedRead(encoding: $0.first), NormalizedRead(encoding: $0.second))
        }
        self.randomBases = randomBases
        self.names = names
        watch = context.watch
        threads = context.threads
        self.inputs = try inputs.map { name throws(TaskFailure) in
            try ToolPipe(name, .toTool, in: context)
        }
        self.outputs = try outputs.map { name throws(TaskFailure) in
            try ToolPipe(name, .fromTool, in: context)
        }
    }

    /// Runs the tool, and what feeds it and keeps what it leaves beside it.
    ///
    /// - Parameter tool: Runs the tool to its end.
    /// - Returns: How many reads it was given, and what became of each file.
    /// - Throws: Why not all was read, trimmed or kept; the first cause, not what followed from it.
    func run(
        _ tool: () async throws(TaskFailure) -> Void
    ) async throws(TaskFailure) -> (count: Int, kept: [Kept]) {
        let feeder: OwnThread<Feeding>
        var keepers: [OwnThread<Kept>] = []
        do throws(Errno) {
            for number in outputs.indices {
                keepers.append(try OwnThread { self.keep(number) })
            }
            feeder = try OwnThread { self.feed() }
        } catch {
            closeTools()
            throw .task("the machine has no thread to trim reads: \(error)")
        }
        var failure: TaskFailure?
        do throws(TaskFailure) {
            try await tool()
        } catch {
            failure = error
        }
        closeTools()
        let fed = await feeder.value
        var kept: [Kept] = []
        for keeper in keepers { kept.append(await keeper.value) }
        if case .stopped = failure { throw .stopped }
        if let failure = kept.lazy.compactMap(\.failure).first { throw failure }
        if case .failed(let failure) = fed { throw failure }
        if let failure { throw failure }
        guard case .whole(let count) = fed else {
            throw .task("skewer ended without an error, but did not read all reads")
        }
        if let problem = kept.lazy.compactMap(\.problem).first {
            throw .task("what skewer has written cannot be read: \(problem)")
        }
        return (count, kept)
    }

    /// Whoever waits for the tool, which has ended, waits no longer.
    private func closeTools() {
        for pipe in inputs + outputs { pipe.closeTools() }
    }
}

// MARK: - Threads

extension TrimmingFlow {
    /// Gives the tool all reads, numbered.
    private func feed() -> Feeding {
        defer { for pipe in inputs { pipe.closeOurs() } }
        var feed = ToolFeed(inputs)
        var counts = [0, 0]
        var hasEnded = false
        func pass(_ write: () throws(Errno) -> Void) throws(TaskFailure) {
            do throws(Errno) {
                if isBroken.load(ordering: .relaxed) { throw .brokenPipe }
                try write()
            } catch .brokenPipe {
                hasEnded = true
                throw .stopped
            } catch .noBufferSpace {
                throw .task("skewer reads only one of the two files of mates")
            } catch {
                throw .task("reads cannot be handed to skewer: \(error)")
            }
        }
        do throws(TaskFailure) {
            let count = try raw.read(
                watch: watch,
                { lane, mate, bytes, record in
                    let number = mate == .first ? 0 : 1
                    counts[number] += 1
                    let writer = mate == .first ? normalized[lane].first : normalized[lane].second
                    writer.write(record, of: bytes, as: counts[number], to: &feed[number])
                },
                afterPiece: { () throws(TaskFailure) in
                    try pass { () throws(Errno) in try feed.writeSome() }
                }
            )
            try pass { () throws(Errno) in try feed.finish() }
            return .whole(count)
        } catch {
            // Whoever ended it tells why.
            return hasEnded ? .toolEnded : .failed(error)
        }
    }

    /// Keeps what comes out of a pipe.
    private func keep(_ number: Int) -> Kept {
        let pipe = outputs[number]
        defer { pipe.closeOurs() }
        var kept = Kept()
        do throws(TaskFailure) {
            let share = (threads + outputs.count - 1) / outputs.count
            let output = try GzipOutput(names[number], in: watch.work, threads: share)
            var reader = FASTQReader()
            while let piece = try next(of: pipe) {
                guard kept.problem == nil else { continue }
                var shortened: [UInt8] = []
                do throws(FASTQError) {
                    try reader.read(piece) { bytes, record in
                        let record = record.shortened(by: randomBases)
                        kept.statistics.add(record, of: bytes)
                        kept.ending.add(record, of: bytes)
                        if randomBases > 0 { record.write(of: bytes, to: &shortened) }
                    }
                } catch {
                    kept.problem = error
                }
                try output.write(randomBases > 0 ? shortened : piece)
            }
            if kept.problem == nil, reader.isWithinRead {
                kept.problem = FASTQError(reason: .truncated)
            }
            try output.finish()
        } catch {
            kept.failure = error
            isBroken.store(true, ordering: .relaxed)
        }
        return kept
    }

    private func next(of pipe: ToolPipe) throws(TaskFailure) -> [UInt8]? {
        do throws(Errno) {
            return try pipe.read()
        } catch {
            throw .task("what skewer writes cannot be read: \(error)")
        }
    }
}
