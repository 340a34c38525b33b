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
    private var raw = ReadFiles(files: [])
    /// What the raw files are called in the work folder.
    private var rawLinks: [String] = []
    private(set) var rawReads = 0
    private(set) var quality: ReadQuality?
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

    private var key: DataKey {
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
    private var trimmed: ReadFiles {
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

// MARK: - trim_reads, save_trimmed

extension CreateSample {
    private func trimReads() async throws(TaskFailure) {
        // Adapters of single reads are cut from their tails; pairs tell where theirs begin.
        var skewer = Tool(
            [
                "skewer", "-m", isPaired ? "pe" : "tail", "-l", "50", "-q", "20", "-Q", "25", "-t",
                "\(context.threads)", "-z", "-o", "reads",
            ] + rawLinks
        )
        skewer.progress = .percentage(pattern: #"\((\d+\.\d+)%\)"#)
        skewer.files = trimmedNames.map { FilePath($0) } + [FilePath(Self.trimLog)]
        // It ends with exit code 0 even if it could not read on.
        skewer.forbidden = ["Malformed fastq", "unexpected end of file", "^[Ee]rror"]
        try await context.run(skewer)
    }

    private static let trimLog = "reads-trimmed.log"

    private var trimmedNames: [String] {
        isPaired
            ? ["reads-trimmed-pair1.fastq.gz", "reads-trimmed-pair2.fastq.gz"]
            : ["reads-trimmed.fastq.gz"]
    }

    private func saveTrimmed() async throws(TaskFailure) {
        do {
            try checkCount(in: Files.read(context.work.appending(Self.trimLog)))
            for (made, name) in zip(trimmedNames, Self.names) {
                try Files.move(context.work.appending(made), to: folder.appending(name))
            }
            try Files.move(
                context.work.appending(Self.trimLog),
                to: folder.appending("trim.log")
            )
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("the trimmed reads cannot be moved: \(error)")
        }
    }

    /// Compares what the tool says that it has read with what there is to be read.
    private func checkCount(in log: [UInt8]) throws(TaskFailure) {
        let text = String(decoding: log, as: UTF8.self)
        guard let match = text.firstMatch(of: /(\d+) (reads|read pairs) processed/),
            let count = Int(match.output.1)
        else { throw .task("skewer does not say how many reads it has processed") }
        let expected = isPaired ? rawReads / 2 : rawReads
        guard count == expected else {
            throw .task(
                "skewer ended without an error, but processed \(count) "
                    + "of \(expected) \(match.output.2)"
            )
        }
    }
}

// MARK: - fastqc, parse_fastqc

extension CreateSample {
    private func computeQuality() async throws(TaskFailure) {
        guard try hasReads() else {
            throw .task(
                "no read is left after trimming: all \(rawReads) are too short or of low quality"
            )
        }
        var first = QualityStatistics()
        var second = QualityStatistics()
        try trimmed.read(in: context) { mate, bytes, record in
            switch mate {
            case .first: first.add(record, of: bytes)
            case .second: second.add(record, of: bytes)
            }
        }
        let quality = isPaired ? ReadQuality(first, second) : ReadQuality(first)
        self.quality = quality
        context.log("\(quality.count) of \(rawReads) reads are left after trimming")
    }

    /// Whether there is a first read.
    private func hasReads() throws(TaskFailure) -> Bool {
        do {
            var reader = FASTQFileReader()
            let pieces = try FilePieces(of: trimmed.files[0].path)
            while reader.count == 0, let piece = try pieces.next() {
                try reader.read(piece) { _, _ in }
            }
            return reader.count > 0
        } catch {
            throw .task("the trimmed reads cannot be read: \(error)")
        }
    }

    private func publish() async throws(TaskFailure) {
        try context.publish(
            key,
            name: sampleName,
            uses: context.inputs[.host].map { [$0.key] } ?? [],
            document: try makeDocument(),
            folder: folder
        )
    }
}

// MARK: - clean_watch

extension CreateSample {
    private var removesRawFiles: Bool { context.args["remove_raw"]?.boolValue ?? false }

    /// Refuses to remove what something else is made of.
    private func checkRemoval() throws(TaskFailure) {
        guard removesRawFiles else { return }
        for path in rawPaths {
            let first = path.split(separator: "/").first { $0 != "." } ?? ""
            guard !DataKind.allCases.contains(where: { $0.plural == first }) else {
                throw .task("args.remove_raw: \(path) belongs to what is kept and must stay")
            }
        }
    }

    private func removeRawFiles() async throws(TaskFailure) {
        guard removesRawFiles else { return }
        for path in rawPaths {
            do {
                try Files.remove(context.data.pushing(FilePath(path)))
                context.log("removed \(path)")
            } catch {
                context.log("\(path) cannot be removed: \(error)")
            }
        }
    }
}
