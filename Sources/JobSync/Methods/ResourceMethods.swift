import Authentication
import JSON
import JobManagement
import JobModel
import JobProtocol

extension ExposedMethod {
    static let resourceMethods = [
        deferred("resources.get") { (frontEnd, _) async throws(RPCError) in
            .object(await frontEnd.manager.resources().document)
        },
        deferred("resources.limit", ["proc", "mem"], permission: .modifyOptions) {
            (frontEnd, call) async throws(RPCError) in
            let proc = try call.params.optionalInteger("proc", in: Resources.procRange)
            let mem = try call.params.optionalInteger("mem", in: Resources.memRange)
            guard proc != nil || mem != nil else { throw call.params.missing("proc") }
            do throws(JobManagerError) {
                let report = try await frontEnd.manager.limitResources(proc: proc, mem: mem)
                return .object(report.document)
            } catch {
                throw RPCError(error)
            }
        },
    ]
}
