import JSON
import JobModel
import Sequences
import SystemPackage

/// What every analysis is made from: a sample, a reference's index and hosts to subtract.
///
/// All of it is linked into the work folder under names of our own, so that no path of the data folder
/// stands on a command line: a comma or a blank in it would mean something to a tool.
struct AnalysisInputs {
    let sample: DataRecord
    let reference: DataRecord
    let index: DataRecord
    /// Those that the job names, or else the one that the sample was made with, if there is one.
    let hosts: [DataRecord]
    /// The viruses as they were indexed.
    let viruses: Reference
    /// The reads' files in the work folder.
    let readNames: [String]
    /// How many reads there are in all files.
    let readCount: Int
    /// How long the shortest read is, and the longest.
    let readLengths: ClosedRange<Int>
    let virusIndex: BowtieIndex
    /// The ids of all sequences, where the index calls them by numbers.
    private let numbered: [String]?
    /// The indexes of the hosts, in their order.
    let hostIndexes: [BowtieIndex]

    /// Finds and links what the job was given.
    ///
    /// - Parameter context: The job.
    /// - Throws: What is missing.
    init(_ context: TaskContext) throws(TaskFailure) {
        sample = try context.input(.sample)
        reference = try context.input(.reference)
        guard context.inputs[.index] != nil else {
            throw .task(
                "the reference \(reference.key.id) has no index yet; run rebuild_index first"
            )
        }
        index = try context.input(.index)
        let sampleFolder = context.folder(of: sample)
        guard let count = sample.document["quality"]?["count"]?.integerValue,
            let paired = sample.document["paired"]?.boolValue
        else { throw .task("the record of \(sample.key) does not tell how many reads it has") }
        readCount = count
        readLengths = Self.readLengths(in: sample)
        readNames = Array(CreateSample.names.prefix(paired ? 2 : 1))
        for name in readNames {
            guard Files.size(of: sampleFolder.appending(name)) ?? 0 > 0 else {
                throw .task("the \(sample.key) lacks its file \(name)")
            }
            try context.link(sampleFolder.appending(name), as: name)
        }
        viruses = try Reference(in: context.folder(of: index))
        virusIndex = try context.linkIndex(index, as: "virus")
        let hasNumbers = index.document[Reference.namesMember] == Reference.numberNames
        numbered = hasNumbers ? viruses.placedSequences.map(\.sequence.id) : nil
        hosts = try Self.hosts(of: sample, in: context)
        var indexes: [BowtieIndex] = []
        for (number, host) in hosts.enumerated() {
            indexes.append(try context.linkIndex(host, as: Self.hostName(number)))
        }
        hostIndexes = indexes
    }

    /// What the folder of a host's index is called in the work folder.
    static func hostName(_ number: Int) -> String { number == 0 ? "host" : "host\(number + 1)" }

    private static func hosts(
        of sample: DataRecord,
        in context: TaskContext
    ) throws(TaskFailure) -> [DataRecord] {
        if context.args[ArgumentDescription.subtractions.name] != nil {
            let hosts = context.listedInputs.filter { $0.key.kind == .host }
            for host in hosts { try context.checkFolder(of: host) }
            return hosts
        }
        if context.inputs[.host] != nil { return [try context.input(.host)] }
        guard !sample.uses.contains(where: { $0.kind == .host }) else {
            throw .task("the host that the \(sample.key) was made with is gone")
        }
        return []
    }

    private static func readLengths(in sample: DataRecord) -> ClosedRange<Int> {
        let told = sample.document["quality"]?["length"]?.arrayValue?.compactMap(\.countValue) ?? []
        // Longer than that is as good as that.
        guard let shortest = told.first, let longest = told.last, shortest <= longest else {
            return 50...150
        }
        return shortest...longest
    }

    /// Whether there are reads so short, as those of small RNA are, that they cannot reach the scores that fit longer ones.
    var hasShortReads: Bool { readLengths.lowerBound < 35 }

    /// Whether the sample was made of amplicons.
    var areAmplified: Bool {
        sample.document["trimming"]?["library_type"]?.stringValue == LibraryType.amplicon.rawValue
    }

    /// The members that all analyses' documents begin with.
    func document(of algorithm: String, id: String) -> JSONObject {
        [
            "id": .string(id),
            "algorithm": .string(algorithm),
            "program": .string(Program.title),
            "sample": ["id": .string(sample.key.id), "name": .string(sample.name)],
            "reference": [
                "id": .string(reference.key.id), "name": .string(reference.name),
                "index": index.document["version"] ?? .null,
            ],
            "host": hosts.first.map { .string($0.key.id) } ?? .null,
            "hosts": .array(hosts.map { .string($0.key.id) }),
            "paired": .bool(readNames.count == 2),
            // Who reads the result must know what is odd about the reads.
            "warnings": .array(sample.document["warnings"]?.arrayValue ?? []),
        ]
    }

    /// The id of what the reference's index calls by a name.
    func sequenceID(indexed name: String) -> String {
        guard let numbered, let number = Int(name), numbered.indices.contains(number) else {
            return name
        }
        return numbered[number]
    }

    /// The reads, to be read by ourselves.
    func reads(in context: TaskContext) -> ReadFiles {
        ReadFiles(
            files: readNames.map {
                ReadFiles.File(path: context.work.appending($0), name: $0)
            }
        )
    }

    /// Refuses a sample in which the reads that an aligner told of cannot be told apart, or are not there.
    ///
    /// Samples of today number their reads. Those that were made before have the names of the raw files.
    ///
    /// - Parameters:
    ///   - census: What became of the names that the aligner told.
    ///   - name: The name with a number.
    /// - Throws: A name that several reads have, or none.
    func check(_ census: ReadCensus, name: (Int) -> String) throws(TaskFailure) {
        let fault: String
        if let number = census.repeated {
            fault = "several reads have the name '\(name(number))', and would count as one"
        } else if let number = census.missing {
            fault =
                "the aligner told of a read '\(name(number))', but no read has that name, "
                + "so that it would be left out"
        } else {
            return
        }
        throw .task(
            "the \(sample.key) cannot be analysed: \(fault). Samples that are made now number their "
                + "reads: make it anew from its raw files with create_sample"
        )
    }

    /// What the analysis cannot do without.
    var uses: [DataKey] {
        [sample.key, index.key, reference.key] + hosts.map(\.key)
    }
}

extension TaskContext {
    /// Makes a link in the work folder.
    fileprivate func link(_ target: FilePath, as name: String) throws(TaskFailure) {
        do {
            try Files.link(work.appending(name), to: target)
        } catch {
            throw .task("\(name) cannot be linked: \(error)")
        }
    }

    /// Links the folder of an index; the paths in what is returned begin in the work folder.
    fileprivate func linkIndex(
        _ record: DataRecord,
        as name: String
    ) throws(TaskFailure) -> BowtieIndex {
        let folder = folder(of: record)
        try link(folder, as: name)
        guard let index = BowtieIndex("\(name)/reference", in: work), SnapIndex.isThere(folder)
        else {
            throw .task("the index in \(record.key.path) is not complete")
        }
        return index
    }

    /// Publishes an analysis, whose whole document goes into a file of its own too.
    func publishAnalysis(
        _ document: JSONObject,
        name: String,
        uses: [DataKey]
    ) throws(TaskFailure) {
        guard let key = DataKey(.analysis, id.rawValue) else {
            preconditionFailure("a job's id is an id of data too")
        }
        try write(JSONValue.object(document).encoded, to: "analysis/analysis.json")
        try publish(
            key,
            name: name,
            uses: uses,
            document: document,
            folder: work.appending("analysis")
        )
    }
}
