import JobModel
import Mongo

/// A plan as writes, each of which finds its document only in the version that the plan expects.
struct CommitWrites {
    private(set) var jobs: [MongoWrite] = []
    private(set) var gone: [MongoWrite] = []
    private var inserts = 0
    private var updates = 0
    private var removals = 0

    init(_ plan: CommitPlan) {
        // In the order of the history. Each kind is together, because it is one message; a job is
        // in one write only, so that the order between kinds does not count.
        var updates: [MongoWrite] = []
        var removals: [MongoWrite] = []
        for (id, effect) in plan.effects.sorted(by: { $0.value.seq < $1.value.seq }) {
            switch (effect.before, effect.after) {
            case (nil, let job?):
                jobs.append(.insert(JobDocument.whole(job, seq: effect.seq)))
            case (let before?, let job?):
                let filter = Self.filter(id, version: before)
                updates.append(
                    effect.isAnother
                        ? .replace(filter, with: JobDocument.whole(job, seq: effect.seq))
                        : .update(filter, JobDocument.update(to: job, seq: effect.seq))
                )
            case (let before?, nil):
                removals.append(.remove(Self.filter(id, version: before)))
            case (nil, nil): break
            }
            if effect.after?.archived != false {
                let entry = BSONDocument { writer in
                    writer.append(id.rawValue, for: "_id")
                    writer.append(Int64(effect.seq), for: "seq")
                }
                let name: BSONDocument = ["_id": .string(id.rawValue)]
                gone.append(.replace(name, with: entry, upsert: true))
            }
        }
        inserts = jobs.count
        self.updates = updates.count
        self.removals = removals.count
        jobs += updates + removals
    }

    /// Whether every write found what the plan expects.
    func allFound(in result: MongoBulkResult) -> Bool {
        result.inserted == inserts && result.matched == updates && result.removed == removals
    }

    /// A document without a version is at the first one.
    private static func filter(_ id: JobID, version: Int) -> BSONDocument {
        BSONDocument { writer in
            writer.append(id.rawValue, for: "_id")
            if version == 0 {
                writer.append(documentFor: "_version") { condition in
                    condition.append(.array([0, nil]), for: "$in")
                }
            } else {
                writer.append(version, for: "_version")
            }
        }
    }
}
