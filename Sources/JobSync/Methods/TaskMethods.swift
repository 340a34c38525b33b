import Authentication
import JSON
import JobManagement
import JobModel
import JobProtocol
import JobTasks

extension ExposedMethod {
    static let taskMethods = [
        reading("tasks.list") { (frontEnd, _) async throws(RPCError) in
            await frontEnd.listTasks()
        },
        deferred("tasks.limit", ["task", "limit"], permission: .modifyOptions) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.limitTask(call)
        },
        reading("tasks.reload", permission: .modifyOptions) {
            (frontEnd, _) async throws(RPCError) in
            guard await frontEnd.configuration.reloadTasks() else {
                throw RPCError(
                    .unavailable,
                    "the file system on which the task files lie does not answer",
                    retry: true
                )
            }
            return await frontEnd.listTasks()
        },
    ]
}

extension FrontEnd {
    fileprivate func listTasks() async -> [UInt8] {
        let reports = await manager.taskReports()
        let problems = await manager.taskProblems()
        return await Self.encode {
            [
                "tasks": .array(reports.map { .object($0.document) }),
                "problems": .array(problems.map { .object($0.document) }),
            ]
        }
    }

    fileprivate func limitTask(_ call: Call) async throws(RPCError) -> JSONValue {
        let task = try call.params.string("task")
        // Null is a value here: it lifts the limit.
        guard call.params.has("limit") else { throw call.params.missing("limit") }
        let limit = try call.params.optionalInteger("limit", in: 0...1_000_000)
        do throws(JobManagerError) {
            return .object(try await manager.limit(task, to: limit).document)
        } catch {
            throw RPCError(error)
        }
    }
}
