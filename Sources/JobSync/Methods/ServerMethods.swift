import JSON
import JobManagement
import JobProtocol

extension ExposedMethod {
    static let serverMethods = [
        deferred("servers.list") { (frontEnd, _) async throws(RPCError) in
            let servers = await frontEnd.manager.servers()
            return ["servers": .array(servers.map { .object($0.document) })]
        }
    ]
}

extension ServerReport {
    fileprivate var document: JSONObject {
        [
            "_id": .string(id), "host": .string(host), "address": .string(address),
            "may_lead": .bool(mayLead), "leads": .bool(leads), "self": .bool(isSelf),
        ]
    }
}
