import JSON
import JobModel
import Sequences
import SystemPackage

/// Indexes a host genome for both aligners.
///
/// All is built in the job's work folder and moved to its place by one rename in
/// the last stage: a job that is cancelled or fails leaves nothing behind. What
/// users call things never reaches a command line or a path: the genome is linked
/// as `host.fa`, and the host's folder is named by an id made of `[a-z0-9_]`.
package final class AddHost: JobTask {
    let context: TaskContext
    private var source = ""
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

    private var fasta: FilePath { context.work.appending("host.fa") }

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
        let genome: FilePath
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
            try Files.link(isCompressed ? fasta.compressed : fasta, to: genome)
            if isCompressed { try await decompress() }
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
    /// it is being built, and both together 9 MB for the smallest genome.
    private func checkSpace(for size: Int) throws(TaskFailure) {
        let needed = 15 * size + (32 << 20)
        guard let free = Files.freeSpace(at: context.work), free < needed else { return }
        throw .task(
            "not enough space on the disk: the indexes need about \(needed >> 20) MB, "
                + "and \(free >> 20) MB are free"
        )
    }

    private func decompress() async throws(TaskFailure) {
        context.log("decompressing \(source)")
        var gzip = Tool(["gzip", "-dc", fasta.compressed.lastComponent?.string ?? ""])
        gzip.output = .file(fasta)
        gzip.files = [FilePath("host.fa")]
        try await context.run(gzip)
    }
}

// MARK: - stats

extension AddHost {
    private func countSequences() async throws(TaskFailure) {
        let size = max(Files.size(of: fasta) ?? 1, 1)
        var summary = FASTASummary()
        var count = 0
        do {
            try Files.readPieces(of: fasta) { piece in
                try summary.read(piece)
                count += piece.count
                context.progress(Double(count) / Double(size))
                try context.checkStopping()
            }
            statistics = try summary.finish()
        } catch let error as FASTAError {
            throw .task("args.file: \(source) is not FASTA: \(error)")
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("args.file: \(source) cannot be read: \(error)")
        }
        context.log("\(statistics.count) sequences, \(statistics.totalLength) bases")
    }
}

// MARK: - bowtie_build, snap_build

extension AddHost {
    private func buildBowtieIndex() async throws(TaskFailure) {
        try await context.buildBowtieIndex(of: "host.fa", as: "host/reference")
    }

    private func buildSnapIndex() async throws(TaskFailure) {
        try await context.buildSnapIndex(of: "host.fa", in: "host")
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

extension FilePath {
    fileprivate var compressed: FilePath { FilePath(string + ".gz") }
}
