import JSON
import JobManagement
import JobProtocol
import JobStorage

extension ExposedMethod {
    static let serverMethods = [
        deferred("servers.list") { (frontEnd, _) async throws(RPCError) in
            let servers = await frontEnd.manager.servers()
            var answer: JSONObject = ["servers": .array(servers.map { .object($0.document) })]
            let setAside = frontEnd.manager.setAside
            if !setAside.isEmpty {
                answer["set_aside"] = [
                    "count": .integer(setAside.count),
                    "first": .array(setAside.prefix(20).map { .object($0.document) }),
                ]
            }
            return .object(answer)
        }
    ]
}

extension SetAside {
    fileprivate var document: JSONObject {
        ["kind": .string(kind.rawValue), "_id": .string(id), "reason": .string(reason)]
    }
}

extension ServerReport {
    fileprivate var document: JSONObject {
        [
            "_id": .string(id), "host": .string(host), "address": .string(address),
            "may_lead": .bool(mayLead), "leads": .bool(leads), "self": .bool(isSelf),
        ]
    }
}
