import JSON
import JobModel
import JobStorage
import Mongo

/// A query for jobs, as MongoDB's filter and order.
struct JobSearch {
    let filter: BSONDocument
    let sort: BSONDocument

    init(_ query: JobQuery) {
        let date =
            switch query.sort {
            case .added, .addedDescending: "order.added"
            case .updated, .updatedDescending: "order.updated"
            }
        let direction: BSONValue = query.sort.isDescending ? -1 : 1
        sort = [date: direction, "_id": direction]

        var fields: [(key: String, value: BSONValue)] = []
        func require(_ field: String, in names: some Collection<String>) {
            if names.count == 1, let name = names.first {
                fields.append((field, .string(name)))
            } else {
                fields.append((field, ["$in": .array(names.map { .string($0) })]))
            }
        }
        let wanted = query.filter
        if let tasks = wanted.tasks { require("task", in: tasks.map(\.text)) }
        if let states = wanted.states { require("state", in: states.map(\.rawValue)) }
        if let usernames = wanted.usernames { require("username", in: usernames.map(\.text)) }
        if let ids = wanted.ids { require("_id", in: ids.map(\.rawValue)) }
        if let archived = wanted.archived { fields.append(("archived", .bool(archived))) }

        // Documents that have not been numbered yet have no such field, and are not found.
        guard let mark = query.after else {
            fields.append((date, ["$gte": .int64(.min)]))
            filter = BSONDocument(fields)
            return
        }
        let moment = BSONValue.int64(Int64(mark.date.microseconds))
        let (inclusive, exclusive) =
            query.sort.isDescending ? ("$lte", "$lt") : ("$gte", "$gt")
        let behind: BSONDocument = [date: .document([exclusive: moment])]
        let beside: BSONDocument = [
            "_id": .document([exclusive: .string(mark.id.rawValue)])
        ]
        // The first condition says where the index is entered, the second one where exactly.
        let bounds: BSONDocument =
            query.sort.isDescending
            ? [inclusive: moment, "$gte": .int64(.min)] : [inclusive: moment]
        fields.append((date, .document(bounds)))
        fields.append(("$or", [.document(behind), .document(beside)]))
        filter = BSONDocument(fields)
    }
}
