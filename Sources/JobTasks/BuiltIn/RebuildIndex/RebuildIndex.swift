import JSON
import JobModel
import SystemPackage

/// Indexes the viruses of a reference for both aligners, as its next version.
///
/// Versions stand side by side: analyses that run keep the one that they began with.
package final class RebuildIndex: JobTask {
    let context: TaskContext
    /// The sequences under the names that tools know them by.
    private static let numbered = "numbered.fa"

    /// SNAP's words have 16 letters, and a reference must have some of them.
    private static let leastLetters = 50

    private var versions: JSONObject = [:]
    private var changes: IndexChanges?

    package init(context: TaskContext) {
        self.context = context
    }

    package var stages: [TaskStage] {
        [
            TaskStage("mk_index_dir", makeIndexFolder),
            TaskStage("write_fasta", writeFASTA),
            TaskStage("bowtie_build", buildBowtieIndex),
            TaskStage("snap_build", buildSnapIndex),
            TaskStage("replace_old", publish),
        ]
    }

    /// Nothing: until it is published, an index is nowhere but in the work folder.
    package func cleanUp() async {}

    private func makeIndexFolder() async throws(TaskFailure) {
        let reference = try context.input(.reference)
        try context.checkPlaceIsFree(try key(of: reference))
        let folder = try context.makeFolder("index")
        do {
            // The reference may be replaced while analyses use this index.
            try Files.copy(
                context.folder(of: reference).appending(Reference.file),
                to: folder.appending(Reference.file)
            )
        } catch {
            throw .task("the \(Reference.file) of \(reference.key) cannot be copied: \(error)")
        }
        versions = try await context.versions(of: Self.tools)
    }

    private func writeFASTA() async throws(TaskFailure) {
        let reference = try Reference(in: context.work.appending("index"))
        for virus in reference.viruses where virus.defaultSequences.isEmpty {
            throw .task("the virus \(virus.name) has no default isolate with a sequence")
        }
        let numbered = reference.placedSequences.enumerated()
            .filter { $0.element.isolate.isDefault }
            .map { (number: $0.offset, sequence: $0.element.sequence) }
            .sorted { $0.sequence.id < $1.sequence.id }
        let sequences = numbered.map(\.sequence)
        let letters = sequences.reduce(0) {
            $0 + $1.sequence.count { "ACGTacgt".utf8.contains($0) }
        }
        guard letters >= Self.leastLetters else {
            throw .task(
                "the default isolates have \(letters) of A, C, G and T together, and an index takes at "
                    + "least \(Self.leastLetters)"
            )
        }
        try context.write(sequences.flatMap(\.fasta), to: "index/ref.fa")
        // To people; what tools are told stands for an id, for an id may mean something to them.
        try context.write(
            numbered.flatMap { $0.sequence.fasta(named: "\($0.number)") },
            to: Self.numbered
        )
        let changes = IndexChanges(
            of: reference,
            since: context.inputs[.index],
            sequenceCount: sequences.count
        )
        self.changes = changes
        context.log(
            "\(sequences.count) sequences of \(reference.viruses.count) viruses, of which "
                + "\(changes.modifiedViruses) have changed"
        )
    }

    private func buildBowtieIndex() async throws(TaskFailure) {
        try await context.buildBowtieIndex(of: Self.numbered, as: "index/reference")
    }

    private func buildSnapIndex() async throws(TaskFailure) {
        try await context.buildSnapIndex(of: Self.numbered, in: "index", words: .ofViruses)
    }

    private func publish() async throws(TaskFailure) {
        guard let changes else { preconditionFailure("the stages run in order") }
        let reference = try context.input(.reference)
        var document: JSONObject = [
            "reference": .string(reference.key.id),
            "version": .integer(version),
            Reference.namesMember: Reference.numberNames,
        ]
        document.merge(changes.document) { $1 }
        document["tools"] = .object(versions)
        try context.publish(
            try key(of: reference),
            name: "\(reference.name), version \(version)",
            uses: [reference.key],
            document: document,
            folder: context.work.appending("index")
        )
    }

    private var version: Int {
        (context.inputs[.index]?.document["version"]?.countValue ?? 0) + 1
    }

    private func key(of reference: DataRecord) throws(TaskFailure) -> DataKey {
        guard let key = DataKey(.index, "\(reference.key.id).\(version)") else {
            throw .task("the name of \(reference.key) is too long for an index of it")
        }
        return key
    }
}
