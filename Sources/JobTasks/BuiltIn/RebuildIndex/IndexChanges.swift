import JSON
import JobModel

/// What is new in an index, compared with the one before it.
struct IndexChanges {
    /// The version of each virus, by its id.
    let manifest: JSONObject
    let sequenceCount: Int
    /// How many viruses are new or have another version.
    private(set) var modifiedViruses = 0
    /// How many changes they went through.
    private(set) var modifications = 0

    /// Compares a reference with its newest index.
    ///
    /// - Parameters:
    ///   - reference: The reference as it is.
    ///   - newest: Its newest index; nil if it has none, and then the reference itself knows what
    ///     of it was in an index where it came from.
    ///   - sequenceCount: How many sequences are indexed.
    init(of reference: Reference, since newest: DataRecord?, sequenceCount: Int) {
        self.sequenceCount = sequenceCount
        manifest = JSONObject(
            reference.viruses.map { ($0.id, .integer($0.version)) },
            uniquingKeysWith: { $1 }
        )
        let before = newest?.document["manifest"]?.objectValue
        for virus in reference.viruses {
            let last = before.map { $0[virus.id]?.countValue } ?? virus.lastIndexedVersion
            if last != virus.version { modifiedViruses += 1 }
            // The first version is 0: a new virus went through one change more than it says.
            modifications += before == nil ? virus.unbuilt : abs(virus.version - (last ?? -1))
        }
    }

    var document: JSONObject {
        [
            "virus_count": .integer(manifest.count),
            "modified_virus_count": .integer(modifiedViruses),
            "modification_count": .integer(modifications),
            "sequence_count": .integer(sequenceCount),
            "manifest": .object(manifest),
        ]
    }
}
