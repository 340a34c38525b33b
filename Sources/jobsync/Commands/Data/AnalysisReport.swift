import JSON
import JobModel
import JobTasks

/// What an analysis found, in the tables that stand before all that is known of it.
enum AnalysisReport {
    /// The members that the tables are made of.
    private static let members = ["findings", "contigs", "other_contigs"]

    /// The lines, with a blank one before each table; none if it is no analysis.
    static func lines(_ document: JSONObject) -> [String] {
        FindingReport.lines(document) + ContigReport.lines(document)
    }

    /// A job's result with all that the tables need.
    ///
    /// A large result lies in a file of the server, which only its catalogue reads.
    ///
    /// - Parameters:
    ///   - result: The result as the job has it.
    ///   - connection: A connection to the server.
    /// - Returns: The whole document, or what there is if the server cannot tell more.
    static func whole(_ result: JSONValue?, on connection: ServerConnection) async -> JSONObject {
        let document = result?.objectValue ?? [:]
        guard let omitted = document[TaskContext.omittedMember],
            members.contains(where: { omitted["members"]?[$0] != nil })
        else { return document }
        let record = try? await connection.ask(
            "data.show",
            ["kind": omitted["kind"] ?? .null, "_id": omitted["_id"] ?? .null]
        )
        return record?["document"]?.objectValue ?? document
    }
}
