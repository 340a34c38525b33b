import JSON
import JobModel
import Sequences
import SystemPackage

/// Looks for viruses that no reference has.
///
/// What is left of a sample without known viruses and the host is assembled; proteins that the contigs
/// may code for are compared with profiles of families of viral proteins.
package final class NuVs: JobTask {
    let context: TaskContext
    private(set) var versions: JSONObject = [:]
    private var loaded: AnalysisInputs?
    private var profiles: FilePath?
    /// How many reads fit no virus.
    private var unmappedReads = 0
    /// How many reads are assembled.
    private(set) var readCount = 0
    private(set) var contigCount = 0
    /// The contigs that may code for a protein.
    private(set) var contigs: [CodingContig] = []
    private(set) var hits: [HMMERHit] = []

    package init(context: TaskContext) {
        self.context = context
    }

    package var stages: [TaskStage] {
        let isPaired = context.inputs[.sample]?.document["paired"]?.boolValue ?? false
        return [
            TaskStage("mk_analysis_dir", makeAnalysisFolder),
            TaskStage("map_viruses", mapViruses),
            TaskStage("map_host", mapHost),
        ] + (isPaired ? [TaskStage("reunite_pairs", reunitePairs)] : []) + [
            TaskStage("assemble", assemble),
            TaskStage("process_fasta", findReadingFrames),
            TaskStage("vfam", compareWithProfiles),
            TaskStage("import_results", importResults),
        ]
    }

    /// Nothing: until it is published, an analysis is nowhere but in the work folder.
    package func cleanUp() async {}

    var inputs: AnalysisInputs {
        guard let loaded else { preconditionFailure("the stages run in order") }
        return loaded
    }

    private func importResults() async throws(TaskFailure) {
        try context.publishAnalysis(
            makeDocument(),
            name: "NuVs of \(inputs.sample.name)",
            uses: inputs.uses
        )
    }
}

// MARK: - mk_analysis_dir

extension NuVs {
    private func makeAnalysisFolder() async throws(TaskFailure) {
        loaded = try AnalysisInputs(context)
        profiles = try findProfiles()
        try context.makeFolder("analysis")
        versions = try await context.versions(of: Self.tools)
    }

    private func findProfiles() throws(TaskFailure) -> FilePath {
        let path = context.args["profiles"]?.stringValue ?? Self.defaultProfiles
        let file: FilePath
        do {
            file = try DataPath.resolve(path, in: context.data, field: "args.profiles")
        } catch {
            throw .task(error.description)
        }
        guard Files.size(of: file) ?? 0 > 0 else {
            throw .task("args.profiles: \(path) is not a file, or empty")
        }
        return file
    }
}

// MARK: - map_viruses, map_host, reunite_pairs

extension NuVs {
    /// Known viruses need not be found anew: reads that fit one are left out.
    private func mapViruses() async throws(TaskFailure) {
        unmappedReads = try await keepUnmapped(
            of: inputs.readNames,
            count: inputs.readCount,
            to: inputs.virusIndex,
            in: "unmapped_viruses.fq"
        )
        context.log("\(unmappedReads) of \(inputs.readCount) reads fit no virus")
    }

    private func mapHost() async throws(TaskFailure) {
        guard let host = inputs.hostIndex, unmappedReads > 0 else {
            readCount = unmappedReads
            do {
                try Files.move(
                    context.work.appending("unmapped_viruses.fq"),
                    to: context.work.appending(Self.unmapped)
                )
            } catch {
                throw .task("\(Self.unmapped) cannot be made: \(error)")
            }
            return
        }
        readCount = try await keepUnmapped(
            of: ["unmapped_viruses.fq"],
            count: unmappedReads,
            to: host,
            in: Self.unmapped
        )
        context.log("\(readCount) of them do not fit the host")
    }

    private static let unmapped = "unmapped_hosts.fq"

    private func keepUnmapped(
        of names: [String],
        count: Int,
        to index: BowtieIndex,
        in file: String
    ) async throws(TaskFailure) -> Int {
        try await context.map(
            index.command(context.threads)
                + ["-k", "1", "--very-fast-local", "-x", index.base, "-U"]
                + [names.joined(separator: ",")],
            reads: count,
            into: UnmappedCollector(file: try OutputFile(file, in: context))
        ).collector.count
    }

    /// The assembler wants pairs: one of which either mate is left is left as a whole.
    private func reunitePairs() async throws(TaskFailure) {
        guard readCount > 0 else { return }
        var keys = NameTable()
        try ReadFiles(
            files: [
                ReadFiles.File(path: context.work.appending(Self.unmapped), name: Self.unmapped)
            ]
        ).read(in: context) { _, bytes, record in
            _ = keys.number(record.key(in: bytes), of: bytes)
        }
        let first = try OutputFile("unmapped_1.fq", in: context)
        let second = try OutputFile("unmapped_2.fq", in: context)
        var waiting: (first: [UInt8], second: [UInt8]) = ([], [])
        var count = 0
        try inputs.reads(in: context).read(
            in: context,
            { mate, bytes, record in
                guard keys.find(record.key(in: bytes), of: bytes) != nil else { return }
                count += 1
                switch mate {
                case .first: waiting.first.append(contentsOf: bytes[record.whole])
                case .second: waiting.second.append(contentsOf: bytes[record.whole])
                }
            },
            afterPiece: { () throws(TaskFailure) in
                try first.write(&waiting.first)
                try second.write(&waiting.second)
            }
        )
        readCount = count
        context.log("\(count / 2) pairs are left")
    }
}

// MARK: - assemble, process_fasta

extension NuVs {
    private static let contigsFile = "spades/contigs.fasta"

    private func assemble() async throws(TaskFailure) {
        guard readCount > 0 else {
            context.log("no reads are left: there is nothing to assemble")
            return
        }
        var sizes = [21, 33, 55, 75]
        while !sizes.isEmpty {
            do {
                try await context.run(assembler(sizes))
                return
            } catch .failed where hasTooFewReads {
                // Reads that are hardly longer than the words that they are cut into overlap in
                // none of that size; what smaller ones gave must not be lost for that.
                sizes = sizes.filter { size in
                    sizes.contains { $0 > size && Files.exists(assembly.appending("K\($0)")) }
                }
                try? Files.remove(assembly)
            }
        }
        context.log("the reads are too few, or too different, to make contigs of")
    }

    private var assembly: FilePath { context.work.appending("spades") }

    private func assembler(_ sizes: [Int]) -> Tool {
        let input =
            inputs.readNames.count == 2
            ? ["-1", "unmapped_1.fq", "-2", "unmapped_2.fq"] : ["-s", Self.unmapped]
        var spades = Tool(
            [
                "spades.py", "-t", "\(context.threads)", "-m", "\(max(context.resources.mem, 1))",
                "-k", sizes.map { "\($0)" }.joined(separator: ","), "--phred-offset", "33",
                "--disable-gzip-output", "-o", "spades",
            ] + input
        )
        let steps =
            ["Read error correction", "corrected reads compression"] + sizes.map { "K\($0)" }
            + ["Copy files", "Breaking scaffolds"]
        spades.progress = .marks(steps.map { "===== \($0) finished" })
        spades.files = [FilePath(Self.contigsFile)]
        return spades
    }

    /// Whether the assembler gave up because nothing overlaps, which is a result and not an error.
    private var hasTooFewReads: Bool {
        guard let log = try? Files.read(assembly.appending("spades.log"), limit: 1 << 30)
        else { return false }
        let text = String(decoding: log, as: UTF8.self)
        return text.contains("Invalid kmer coverage histogram")
    }

    private func findReadingFrames() async throws(TaskFailure) {
        let file = context.work.pushing(FilePath(Self.contigsFile))
        guard (Files.size(of: file) ?? 0) > 0 else { return }
        var reader = FASTARecordReader()
        do {
            try Files.readPieces(of: file) { piece in
                try reader.read(piece) { addContig($0) }
                try context.checkStopping()
            }
            try reader.finish { addContig($0) }
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("the contigs cannot be read: \(error)")
        }
        // Megabytes that nobody needs any more, perhaps for the hours that follow.
        try? Files.remove(assembly)
        context.log("\(contigCount) contigs, of which \(contigs.count) may code for a protein")
        try context.write(contigs.flatMap(\.fasta), to: Self.candidates)
    }

    private func addContig(_ contig: FASTARecord) {
        contigCount += 1
        let frames = OpenReadingFrame.find(in: contig.sequence)
        guard !frames.isEmpty else { return }
        contigs.append(
            CodingContig(index: contigs.count, sequence: contig.sequence, frames: frames)
        )
    }
}

// MARK: - vfam

extension NuVs {
    static let defaultProfiles = "hmm/vFam.hmm"
    private static let candidates = "candidates.fa"

    private func compareWithProfiles() async throws(TaskFailure) {
        guard !contigs.isEmpty, let profiles else { return }
        do {
            // What is made of the profiles lies beside the link.
            try Files.link(context.work.appending("profiles.hmm"), to: profiles)
        } catch {
            throw .task("the profiles cannot be linked: \(error)")
        }
        var press = Tool(["hmmpress", "-f", "profiles.hmm"])
        press.files = ["h3f", "h3i", "h3m", "h3p"].map { FilePath("profiles.hmm.\($0)") }
        try await context.run(press)
        let count = contigs.reduce(0) { $0 + $1.frames.count }
        var scan = Tool([
            "hmmscan", "--tblout", "hmm.tsv", "--noali", "--cpu", "\(context.threads)",
            "profiles.hmm", Self.candidates,
        ])
        // Its report says in many pages what its table says in lines.
        let report = HMMERReport(queries: count)
        scan.output = .reader { bytes throws(TaskFailure) in report.read(bytes) }
        scan.files = ["hmm.tsv"]
        try await context.run(scan)
        do {
            hits = try HMMERTable.read(
                Files.read(context.work.appending("hmm.tsv"), limit: 1 << 30)
            )
        } catch {
            throw .task("the table of hmmscan cannot be read: \(error)")
        }
        context.log("\(hits.count) hits of \(count) proteins")
    }
}

/// Keeps the reads that fit nothing, as FASTQ.
private struct UnmappedCollector: AlignmentCollector {
    let file: OutputFile
    private(set) var count = 0
    private var waiting: [UInt8] = []

    init(file: OutputFile) { self.file = file }

    mutating func add(_ record: SAMRecord, of bytes: [UInt8]) {
        guard !record.isMapped else { return }
        count += 1
        waiting.append(UInt8(ascii: "@"))
        waiting.append(contentsOf: bytes[record.name])
        waiting.append(UInt8(ascii: "\n"))
        waiting.append(contentsOf: bytes[record.sequence])
        waiting.append(contentsOf: [UInt8(ascii: "\n"), UInt8(ascii: "+"), UInt8(ascii: "\n")])
        waiting.append(contentsOf: bytes[record.quality])
        waiting.append(UInt8(ascii: "\n"))
    }

    mutating func flush() throws(TaskFailure) { try file.write(&waiting) }
}
