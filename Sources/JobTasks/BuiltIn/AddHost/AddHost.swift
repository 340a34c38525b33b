import JSON
import JobModel
import Sequences
import SystemPackage

/// Indexes a host genome for both aligners.
///
/// All is built in the job's work folder and moved to its place by one rename in
/// the last stage: a job that is cancelled or fails leaves nothing behind. What
/// users call things never reaches a tool: the genome is written anew as `host.fa`, in letters
/// that every aligner reads alike, and the host's folder is named by an id made of `[a-z0-9_]`.
package final class AddHost: JobTask {
    let context: TaskContext
    /// A genome that is smaller is a mistake: the smallest of an organelle has thousands of bases.
    private static let leastBases = 100

    private var source = ""
    private var genome: FilePath = ""
    private var versions: JSONObject = [:]
    private var statistics = SequenceStatistics()

    package init(context: TaskContext) {
        self.context = context
    }

    package var stages: [TaskStage] {
        [
            TaskStage("mk_host_dir", makeHostFolder),
            TaskStage("stats", countSequences),
            TaskStage("bowtie_build", buildBowtieIndex),
            TaskStage("snap_build", buildSnapIndex),
            TaskStage("update_db", publish),
        ]
    }

    /// Nothing: until it is published, a host is nowhere but in the work folder.
    package func cleanUp() async {}

    /// The host's folder while it is being built.
    private var folder: FilePath { context.work.appending("host") }

    private var key: DataKey {
        guard let key = DataKey(.host, hostID) else {
            preconditionFailure("a slug and a job's id are ids of data too")
        }
        return key
    }

    private var hostName: String { context.args["_id"]?.stringValue ?? context.id.rawValue }

    private var hostID: String {
        guard let name = context.args["_id"]?.stringValue else { return context.id.rawValue }
        return Slug.make(of: name) ?? context.id.rawValue
    }
}

// MARK: - mk_host_dir

extension AddHost {
    private func makeHostFolder() async throws(TaskFailure) {
        source = context.args["file"]?.stringValue ?? ""
        do {
            genome = try DataPath.resolve(source, in: context.data, field: "args.file")
        } catch {
            throw .task(error.description)
        }
        guard let size = Files.size(of: genome) else {
            throw .task("args.file: \(source) is not a file")
        }
        guard size > 0 else { throw .task("args.file: \(source) is empty") }
        try context.checkPlaceIsFree(key)
        do {
            try Files.makeFolder(folder)
            let isCompressed = try Files.begins(genome, with: [0x1F, 0x8B])
            try checkSpace(for: isCompressed ? 4 * size : size)
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("the job's folder cannot be made: \(error)")
        }
        versions = try await context.versions(of: Self.tools)
    }

    /// Refuses early what would fail after an hour.
    ///
    /// Measured: SNAP's index takes up to 10 bytes for each base, bowtie2's up to 4 while
    /// it is being built, and both together 9 MB for the smallest genome; the genome itself is copied.
    ///
    /// - Parameters:
    ///   - size: How many bytes the genome has.
    ///   - sequences: How many sequences it has, if that is known: SNAP puts 2,000 bases between any two.
    /// - Throws: That there is not enough.
    private func checkSpace(for size: Int, sequences: Int = 0) throws(TaskFailure) {
        let needed = 16 * size + 2100 * sequences + (32 << 20)
        guard let free = Files.freeSpace(at: context.work), free < needed else { return }
        throw .task(
            "not enough space on the disk: the indexes need about \(needed >> 20) MB, "
                + "and \(free >> 20) MB are free"
        )
    }
}

// MARK: - stats

extension AddHost {
    /// Reads the genome, refuses what is none before anything takes long, and writes it anew.
    private func countSequences() async throws(TaskFailure) {
        let size = max(Files.size(of: genome) ?? 1, 1)
        let file = try OutputFile("host.fa", in: context)
        var reader = GenomeFileReader()
        var output: [UInt8] = []
        var count = 0
        do {
            try Files.readPieces(of: genome) { piece in
                try reader.read(piece, into: &output)
                try file.write(&output)
                count += piece.count
                context.progress(Double(count) / Double(size))
                try context.checkStopping()
            }
            statistics = try reader.finish(into: &output)
            try file.write(&output)
        } catch let error as FASTAError {
            throw .task("args.file: \(source) \(Self.sentence(error))")
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("args.file: \(source) cannot be read: \(error)")
        }
        let counts = statistics.nucleotides
        let bases = counts.a + counts.c + counts.g + counts.t
        guard bases >= Self.leastBases else {
            throw .task(
                "args.file: \(source) is no genome: it has \(bases) of A, C, G and T, "
                    + "and at least \(Self.leastBases) are needed"
            )
        }
        context.log("\(statistics.count) sequences, \(statistics.totalLength) bases")
        try checkSpace(for: statistics.totalLength, sequences: statistics.count)
    }

    private static func sentence(_ error: FASTAError) -> String {
        switch error.reason {
        case .noNucleotide, .fewNucleotides: "is no genome: \(error)"
        case .format(let format): "is \(format.rawValue)"
        case .gzip: "cannot be decompressed: \(error)"
        default: "is not FASTA: \(error)"
        }
    }
}

// MARK: - bowtie_build, snap_build

extension AddHost {
    private func buildBowtieIndex() async throws(TaskFailure) {
        try await context.buildBowtieIndex(of: "host.fa", as: "host/reference")
    }

    private func buildSnapIndex() async throws(TaskFailure) {
        try await context.buildSnapIndex(of: "host.fa", in: "host", words: .ofHost)
    }
}

// MARK: - update_db

extension AddHost {
    private func publish() async throws(TaskFailure) {
        let document = try makeDocument(
            id: hostID,
            name: hostName,
            file: source,
            folder: folder,
            statistics: statistics,
            tools: versions
        )
        try context.publish(key, name: hostName, document: document, folder: folder)
    }
}
