import JSON
import JobModel
import Sequences
import SystemPackage

/// Trims reads and keeps them as a sample, with statistics of their quality.
///
/// What is wrong with the reads is found before anything is done with them: trimming tools pass
/// over broken files in silence.
package final class CreateSample: JobTask {
    let context: TaskContext
    private(set) var raw = ReadFiles(files: [])
    /// What the raw files are called in the work folder.
    private(set) var rawLinks: [String] = []
    private(set) var rawReads = 0
    var quality: ReadQuality?
    private(set) var versions: JSONObject = [:]

    package init(context: TaskContext) {
        self.context = context
    }

    package var stages: [TaskStage] {
        [
            TaskStage("mk_sample_dir", makeSampleFolder),
            TaskStage("trim_reads", trimReads),
            TaskStage("save_trimmed", saveTrimmed),
            TaskStage("fastqc", computeQuality),
            TaskStage("parse_fastqc", publish),
            TaskStage("clean_watch", removeRawFiles),
        ]
    }

    /// Nothing: until it is published, a sample is nowhere but in the work folder.
    package func cleanUp() async {}

    /// The sample's folder while it is being made.
    var folder: FilePath { context.work.appending("sample") }

    var key: DataKey {
        let slug = context.args["_id"]?.stringValue.flatMap { Slug.make(of: $0) }
        guard let key = DataKey(.sample, slug ?? context.id.rawValue) else {
            preconditionFailure("a slug and a job's id are ids of data too")
        }
        return key
    }

    var sampleID: String { key.id }

    var sampleName: String { context.args["name"]?.stringValue ?? sampleID }

    /// The raw files' paths below the data folder, as they were given.
    var rawPaths: [String] {
        (context.args["files"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    var isPaired: Bool { raw.isPaired }

    /// The trimmed reads.
    var trimmed: ReadFiles {
        ReadFiles(
            files: Self.names.prefix(raw.files.count).map {
                ReadFiles.File(path: folder.appending($0), name: $0)
            }
        )
    }

    /// What the files of every sample are called.
    static let names = ["reads_1.fastq.gz", "reads_2.fastq.gz"]
}

// MARK: - mk_sample_dir

extension CreateSample {
    private func makeSampleFolder() async throws(TaskFailure) {
        try context.checkPlaceIsFree(key)
        if wantsHost { _ = try context.input(.host) }
        try checkRemoval()
        raw = try linkRawFiles()
        try context.makeFolder("sample")
        versions = try await context.versions(of: Self.tools)
        rawReads = try raw.read(in: context) { _, _, _ in }
        context.log("\(rawReads) reads in \(rawPaths.joined(separator: ", "))")
    }

    private var wantsHost: Bool { context.args["subtraction"]?.stringValue != nil }

    /// Links the raw files under names of our own: theirs could hold what a shell runs.
    private func linkRawFiles() throws(TaskFailure) -> ReadFiles {
        let paths = rawPaths
        guard (1...2).contains(paths.count) else {
            throw .task("args.files: one file of reads or two of mates, not \(paths.count)")
        }
        if let paired = context.args["paired"]?.boolValue, paired != (paths.count == 2) {
            throw .task(
                "args.paired: is \(paired), but args.files has \(paths.count == 2 ? "two" : "one")"
            )
        }
        var files: [ReadFiles.File] = []
        for (number, path) in paths.enumerated() {
            let source = try resolve(path, place: number)
            guard !files.contains(where: { $0.path == source }) else {
                throw .task("args.files: both are \(path)")
            }
            do {
                let isCompressed = try Files.begins(source, with: [0x1F, 0x8B])
                let link = "raw_\(number + 1).fastq" + (isCompressed ? ".gz" : "")
                try Files.link(context.work.appending(link), to: source)
                rawLinks.append(link)
            } catch {
                throw .task("args.files: \(path) cannot be read: \(error)")
            }
            files.append(ReadFiles.File(path: source, name: path))
        }
        return ReadFiles(files: files)
    }

    private func resolve(_ path: String, place: Int) throws(TaskFailure) -> FilePath {
        let source: FilePath
        do {
            source = try DataPath.resolve(path, in: context.data, field: "args.files[\(place)]")
        } catch {
            throw .task(error.description)
        }
        guard let size = Files.size(of: source) else {
            throw .task("args.files: \(path) is not a file")
        }
        guard size > 0 else { throw .task("args.files: \(path) is empty") }
        return source
    }
}
