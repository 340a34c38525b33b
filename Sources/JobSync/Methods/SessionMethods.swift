import Authentication
import JSON
import JobProtocol
import WebSockets

extension ExposedMethod {
    static let sessionMethods = [
        immediate("session.authenticate", ["token"], isOpen: true) {
            (frontEnd, call) throws(RPCError) in
            try frontEnd.authenticate(call)
        },
        immediate("session.whoami") { (frontEnd, call) throws(RPCError) in
            frontEnd.whoAmI(call)
        },
        reading("rpc.discover") { (frontEnd, _) async throws(RPCError) in
            frontEnd.discovery
        },
        reading("connections.list", permission: .modifyOptions) {
            (frontEnd, _) async throws(RPCError) in
            await frontEnd.listConnections()
        },
    ]
}

extension FrontEnd {
    private static let loginAttempts = 3

    fileprivate func authenticate(_ call: Call) throws(RPCError) -> JSONValue {
        let token = try call.params.string("token")
        guard let connection = connections[call.connection] else { return .null }
        // More may be here already, in the same batch or behind it: they are no further attempts.
        guard connection.failedLogins < Self.loginAttempts else {
            throw .wrongToken("comes after \(Self.loginAttempts) wrong ones")
        }
        guard let identity = identity(token: token) else {
            connection.failedLogins += 1
            if connection.failedLogins == Self.loginAttempts {
                // After the answer, which the caller should see.
                Task { sayGoodbye(to: connection.id, .badToken) }
            }
            throw .wrongToken("is wrong")
        }
        connection.identity = identity
        server.recognize(connection.id)
        return [
            "username": .string(identity.username),
            "permissions": .array(identity.permissionNames.map { .string($0) }),
        ]
    }

    private func sayGoodbye(to id: ConnectionID, _ reason: CloseReason) {
        guard let connection = connections[id] else { return }
        sayGoodbye(to: connection, reason)
    }

    fileprivate func whoAmI(_ call: Call) -> JSONValue {
        let identity = call.identity
        let limits = configuration.limits
        return [
            "username": .string(identity?.username ?? ""),
            "permissions": .array((identity?.permissionNames ?? []).map { .string($0) }),
            "epoch": .string(log.epoch),
            "seq": .integer(log.head),
            "server": .string(configuration.server),
            "protocol": 1, "contained": .bool(configuration.containsJobs),
            "limits": [
                "message": .integer(limits.messageBytes), "nesting": .integer(limits.nesting),
                "batch": .integer(limits.batch), "calls": .integer(limits.callsInFlight),
                "rate": .integer(limits.callsPerSecond),
                "requests": .integer(limits.requestBytes),
                "answers": .integer(limits.answerBytes),
                "batch_answer": .integer(limits.batchAnswerBytes),
                "documents": .integer(limits.documentsPerCall),
            ],
        ]
    }
}

extension RPCError {
    fileprivate static func wrongToken(_ problem: String) -> RPCError {
        RPCError(.unauthenticated, "token: \(problem)", details: ["field": "token"])
    }
}
