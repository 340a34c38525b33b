import Foundation
import JSON
import JobManagement
import JobModel
import JobProtocol
import JobRunning
import SystemPackage

extension ExposedMethod {
    static let outputMethods = [
        reading("jobs.output", ["_id", "name", "offset", "limit"]) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.output(call)
        }
    ]
}

extension FrontEnd {
    /// The most bytes of an output in one answer; as base64 they take a third more.
    static let outputBytes = 256 << 10

    fileprivate func output(_ call: Call) async throws(RPCError) -> [UInt8] {
        let id = try call.params.jobID("_id")
        let name = try call.params.string("name")
        let offset = try call.params.optionalInteger("offset", in: 0...(.max)) ?? 0
        let limit =
            try call.params.optionalInteger("limit", in: 1...Self.outputBytes) ?? Self.outputBytes
        let file = try await openOutput(name, of: id)
        do {
            let bytes = try await file.read(from: min(offset, file.size), limit: limit)
            return await Self.encode {
                [
                    "_id": .string(id.rawValue), "name": .string(name),
                    "offset": .integer(min(offset, file.size)), "size": .integer(file.size),
                    "tag": .string(file.tag), "data": .string(Data(bytes).base64EncodedString()),
                ]
            }
        } catch {
            throw .unreadable(name)
        }
    }

    /// Opens what a job has kept.
    ///
    /// - Parameters:
    ///   - name: The output's name.
    ///   - id: The job's name.
    /// - Returns: The open file.
    /// - Throws: That there is no such job or output, that it is elsewhere, or cannot be read.
    func openOutput(_ name: String, of id: JobID) async throws(RPCError) -> OpenFile {
        let job: Job
        do throws(JobManagerError) {
            job = try await manager.detail(id).job
        } catch {
            throw RPCError(error)
        }
        do throws(Errno) {
            return try await outputs.open(name, of: id)
        } catch .noSuchFileOrDirectory {
            if let server = await manager.otherServer(of: job) {
                throw .elsewhere(id, name, server)
            }
            throw RPCError(
                .notFound,
                "the job \"\(id)\" has no output \"\(name)\"",
                details: ["_id": .string(id.rawValue), "name": .string(name)]
            )
        } catch {
            throw .unreadable(name)
        }
    }
}

extension JobOutput {
    var document: JSONValue { ["name": .string(name), "size": .integer(size)] }
}

extension RPCError {
    fileprivate static func unreadable(_ name: String) -> RPCError {
        RPCError(.unavailable, "the output \"\(name)\" cannot be read", retry: true)
    }

    /// An output can be read only at the server on whose machine the job ran.
    fileprivate static func elsewhere(
        _ id: JobID,
        _ name: String,
        _ server: ServerReport
    ) -> RPCError {
        let place = server.address.isEmpty ? "" : " (the server at \(server.address))"
        return RPCError(
            .unavailable,
            "if the job \"\(id)\" has an output \"\(name)\", it is on \(server.host)\(place), "
                + "where the job ran",
            details: [
                "_id": .string(id.rawValue), "name": .string(name),
                "server": .string(server.id), "host": .string(server.host),
                "address": .string(server.address),
            ]
        )
    }
}
