import JSON
import JobManagement
import JobModel
import JobProtocol
import JobRunning
import SystemPackage

extension ExposedMethod {
    static let logMethods = [
        reading("jobs.tail", ["_id", "offset"]) { (frontEnd, call) async throws(RPCError) in
            try await frontEnd.tail(call)
        },
        immediate("jobs.untail", ["_id"]) { (frontEnd, call) throws(RPCError) in
            let id = try call.params.jobID("_id")
            guard let connection = frontEnd.connections[call.connection],
                connection.tails[id] != nil
            else {
                throw RPCError(
                    .notFound,
                    "the log of \"\(id)\" is not followed",
                    details: ["_id": .string(id.rawValue)]
                )
            }
            frontEnd.stopFollowing(id, on: connection)
            return true
        },
    ]
}

extension FrontEnd {
    fileprivate func tail(_ call: Call) async throws(RPCError) -> [UInt8] {
        let id = try call.params.jobID("_id")
        let offset = try call.params.optionalInteger("offset", in: .min...(.max)) ?? 0
        let server: ServerReport?
        do throws(JobManagerError) {
            let job = try await manager.detail(id).job
            server = await otherServer(withLogOf: job)
        } catch {
            throw RPCError(error)
        }
        if let server { throw .logElsewhere(id, server) }
        guard let connection = connections[call.connection] else { throw .connectionClosed }
        try checkMayFollow(id, connection)
        let hasEnded = hasEnded(id)
        guard let part = try? await readLog(of: id, from: offset, for: connection) else {
            throw .unreadableLog
        }
        let isEnd = hasEnded && part.end >= part.size
        // Before it is followed, for the answer goes before the first push.
        let answer = await Self.encode {
            [
                "_id": .string(id.rawValue), "offset": .integer(part.offset),
                "size": .integer(part.size), "text": .string(part.text), "ended": .bool(isEnd),
            ]
        }
        guard connections[call.connection] != nil else { throw .connectionClosed }
        // Other calls may have come to follow others while the log was read.
        try checkMayFollow(id, connection)
        if isEnd {
            stopFollowing(id, on: connection)
        } else {
            follow(id, from: part.end, on: connection)
        }
        return answer
    }
}

extension FrontEnd {
    /// Opens a job's log as it is now.
    ///
    /// - Parameter id: The job's name.
    /// - Returns: The open file; nil if nothing has been written yet.
    /// - Throws: That there is no such job, that its log is elsewhere, or cannot be read.
    func openLog(of id: JobID) async throws(RPCError) -> OpenFile? {
        let server: ServerReport?
        do throws(JobManagerError) {
            server = await otherServer(withLogOf: try await manager.detail(id).job)
        } catch {
            throw RPCError(error)
        }
        if let server { throw .logElsewhere(id, server) }
        do throws(Errno) {
            return try await logs.open(id)
        } catch {
            throw .unreadableLog
        }
    }

    private func checkMayFollow(_ id: JobID, _ connection: ClientConnection) throws(RPCError) {
        guard connection.tails[id] != nil || connection.tails.count < configuration.limits.tails
        else {
            throw RPCError(
                .rateLimited,
                "a connection follows at most \(configuration.limits.tails) logs"
            )
        }
    }
}

extension RPCError {
    fileprivate static var unreadableLog: RPCError {
        RPCError(.unavailable, "the log cannot be read", retry: true)
    }

    /// A log can be read only at the server on whose machine the job ran.
    fileprivate static func logElsewhere(_ id: JobID, _ server: ServerReport) -> RPCError {
        let place = server.address.isEmpty ? "" : " (the server at \(server.address))"
        return RPCError(
            .unavailable,
            "the log of \"\(id)\" is on \(server.host)\(place), where the job ran",
            details: [
                "_id": .string(id.rawValue), "server": .string(server.id),
                "host": .string(server.host), "address": .string(server.address),
            ]
        )
    }
}
