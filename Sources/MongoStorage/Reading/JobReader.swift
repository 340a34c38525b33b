import JobModel
import JobStorage
import Mongo

/// Reads jobs; blocks.
struct JobReader: Sendable {
    let layout: StoreLayout
    let unreadable: SetAsideList

    /// One job.
    func job(
        _ id: JobID,
        _ client: borrowing MongoClient
    ) throws(MongoError) -> Result<Job, UnreadableJob>? {
        let document = try client.findOne(layout.jobs, ["_id": .string(id.rawValue)])
        return document.map { document in
            Result { () throws(UnreadableJob) in try JobDocument.job(document) }
        }
    }

    /// Every job in the order of their ids.
    func jobs(
        after id: JobID?,
        limit: Int,
        _ client: borrowing MongoClient
    ) throws(MongoError) -> [Job] {
        let bound: BSONDocument = id.map { ["$gt": .string($0.rawValue)] } ?? ["$gte": ""]
        return try find(["_id": .document(bound)], sort: ["_id": 1], limit: limit, client)
            .map(\.job)
    }

    /// A page of jobs.
    func page(
        _ query: JobQuery,
        _ client: borrowing MongoClient
    ) throws(MongoError) -> JobPage {
        let search = JobSearch(query)
        // One more, to know whether there is another page.
        let found = try find(search.filter, sort: search.sort, limit: query.limit + 1, client)
        let jobs = found.prefix(query.limit).map { SyncProcessor.minimalJob(of: $0.job) }
        let mark = jobs.last.map { JobPage.Mark(date: query.sort.date(of: $0), id: $0.id) }
        return JobPage(jobs: jobs, after: found.count > query.limit ? mark : nil)
    }

    /// The newest change of each job behind a position.
    ///
    /// What is live is read first: a job that is archived meanwhile is then told twice, live and gone,
    /// in that order, and not left out.
    func changes(
        after position: Int,
        limit: Int,
        _ client: borrowing MongoClient
    ) throws(MongoError) -> [StoredChange] {
        let behind: BSONDocument = ["$gt": .int64(Int64(position))]
        let live = try find(
            ["archived": false, "seq": .document(behind)],
            sort: ["seq": 1],
            limit: limit,
            client
        ).map { StoredChange(seq: $0.seq, content: .live($0.job)) }
        var gone: [StoredChange] = []
        let options = Self.options(sort: ["seq": 1], limit: limit)
        try client.find(layout.gone, ["seq": .document(behind)], options: options) { document in
            if let id = document["_id"]?.stringValue.flatMap({ JobID($0) }),
                let seq = document["seq"]?.countValue
            {
                gone.append(StoredChange(seq: seq, content: .gone(id)))
            }
            return true
        }
        let returned = try returnedJobs(among: gone, client)
        gone.removeAll { change in returned.contains(change.jobID) }
        return Array((live + gone).sorted { $0.seq < $1.seq }.prefix(limit))
    }

    /// Which removed jobs' ids have been given to new jobs since.
    private func returnedJobs(
        among gone: [StoredChange],
        _ client: borrowing MongoClient
    ) throws(MongoError) -> Set<JobID> {
        guard !gone.isEmpty else { return [] }
        let ids = gone.map { BSONValue.string($0.jobID.rawValue) }
        var returned: Set<JobID> = []
        try client.find(
            layout.jobs,
            ["_id": ["$in": .array(ids)], "archived": false, "seq": ["$exists": true]],
            options: ["projection": ["_id": 1]]
        ) { document in
            if let id = document["_id"]?.stringValue.flatMap({ JobID($0) }) { returned.insert(id) }
            return true
        }
        return returned
    }

    /// Finds jobs and their positions; documents that cannot be read are told to the log, and others
    /// take their places.
    private func find(
        _ filter: BSONDocument,
        sort: BSONDocument,
        limit: Int,
        _ client: borrowing MongoClient
    ) throws(MongoError) -> [(seq: Int, job: Job)] {
        guard limit > 0 else { return [] }
        var wanted = limit
        while true {
            var documents = 0
            var found: [(seq: Int, job: Job)] = []
            let options = Self.options(sort: sort, limit: wanted)
            try client.find(layout.jobs, filter, options: options) { document in
                documents += 1
                do throws(UnreadableJob) {
                    let job = try JobDocument.job(document)
                    found.append((document["seq"]?.countValue ?? 0, job))
                } catch {
                    unreadable.tell(error)
                }
                return found.count < limit
            }
            if found.count == limit || documents < wanted { return found }
            wanted = wanted.multipliedReportingOverflow(by: 2).partialValue
        }
    }

    private static func options(sort: BSONDocument, limit: Int) -> BSONDocument {
        // More than any collection holds is as good as no limit, and the server takes 63 bits.
        limit < 1 << 40
            ? ["sort": .document(sort), "limit": .int64(Int64(limit))]
            : ["sort": .document(sort)]
    }
}

extension StoredChange {
    /// Which job was changed.
    fileprivate var jobID: JobID {
        switch content {
        case .live(let job): job.id
        case .gone(let id): id
        }
    }
}
