import Authentication
import JSON
import JobManagement
import JobProtocol

extension ExposedMethod {
    static let resourceMethods = [
        deferred("resources.get") { (frontEnd, _) async throws(RPCError) in
            .object(await frontEnd.manager.resources().document)
        },
        deferred("resources.limit", ["proc", "mem"], permission: .modifyOptions) {
            (frontEnd, call) async throws(RPCError) in
            let proc = try call.params.optionalInteger("proc", in: 0...1_000_000)
            let mem = try call.params.optionalInteger("mem", in: 0...1_000_000_000)
            guard proc != nil || mem != nil else { throw call.params.missing("proc") }
            do throws(JobManagerError) {
                let report = try await frontEnd.manager.limitResources(proc: proc, mem: mem)
                frontEnd.refreshResources()
                return .object(report.document)
            } catch {
                throw RPCError(error)
            }
        },
    ]
}
