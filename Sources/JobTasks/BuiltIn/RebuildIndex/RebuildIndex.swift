import JSON
import JobModel
import SystemPackage

/// Indexes the viruses of a reference for both aligners, as its next version.
///
/// Versions stand side by side: analyses that run keep the one that they began with.
package final class RebuildIndex: JobTask {
    let context: TaskContext
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
        var sequences: [Reference.Sequence] = []
        for virus in reference.viruses {
            let own = virus.defaultSequences
            guard !own.isEmpty else {
                throw .task("the virus \(virus.name) has no default isolate with a sequence")
            }
            sequences += own
        }
        sequences.sort { $0.id < $1.id }
        try context.write(sequences.flatMap(\.fasta), to: "index/ref.fa")
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
        try await context.buildBowtieIndex(of: "index/ref.fa", as: "index/reference")
    }

    private func buildSnapIndex() async throws(TaskFailure) {
        try await context.buildSnapIndex(of: "index/ref.fa", in: "index")
    }

    private func publish() async throws(TaskFailure) {
        guard let changes else { preconditionFailure("the stages run in order") }
        let reference = try context.input(.reference)
        var document: JSONObject = [
            "reference": .string(reference.key.id),
            "version": .integer(version),
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
