import GRDB
import JSON
import JobModel
import JobStorage

/// A query for jobs as SQL.
///
/// A set of names is handed over as one JSON array, so that there are few different texts and the
/// connection can keep each one prepared.
struct JobSearch {
    let sql: String
    let arguments: StatementArguments

    init(_ query: JobQuery) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func require(_ column: String, in names: some Collection<String>) {
            if names.count == 1, let name = names.first {
                conditions.append("\(column) = ?")
                arguments += [name]
            } else {
                conditions.append("\(column) IN (SELECT value FROM json_each(?))")
                arguments += [JSONValue.array(names.map(JSONValue.string)).description]
            }
        }
        let filter = query.filter
        if let tasks = filter.tasks { require("task", in: tasks.map(\.text)) }
        if let states = filter.states { require("state", in: states.map(\.rawValue)) }
        if let usernames = filter.usernames { require("username", in: usernames.map(\.text)) }
        if let ids = filter.ids { require("id", in: ids.map(\.rawValue)) }
        if let archived = filter.archived {
            conditions.append("archived = ?")
            arguments += [archived]
        }
        let date = query.sort == .added || query.sort == .addedDescending ? "added" : "updated"
        let descending = query.sort.isDescending
        if let mark = query.after {
            conditions.append("(\(date), id) \(descending ? "<" : ">") (?, ?)")
            arguments += [mark.date.microseconds, mark.id.rawValue]
        }
        let direction = descending ? "DESC" : "ASC"
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        sql =
            "SELECT id, doc FROM jobs \(condition)"
            + "ORDER BY \(date) \(direction), id \(direction)"
        self.arguments = arguments
    }
}
