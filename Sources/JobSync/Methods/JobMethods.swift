import Authentication
import JSON
import JobManagement
import JobModel
import JobProtocol
import JobRunning
import JobScheduling
import JobStorage

extension ExposedMethod {
    static let jobMethods = [
        deferred(
            "jobs.new",
            ["task", "args", "proc", "mem", "priority", "job_id"],
            permission: .createJob
        ) { (frontEnd, call) async throws(RPCError) in
            try await frontEnd.newJob(call)
        },
        reading("jobs.cancel", ["_id", "reason"], permission: .cancelJob) {
            (frontEnd, call) async throws(RPCError) in
            let reason = try call.params.optionalString("reason", upTo: Cancellation.reasonLimit)
            let username = call.identity?.username
            return try await frontEnd.act(call) { (manager, ids) throws(JobManagerError) in
                try await manager.cancel(ids, reason: reason, by: username)
            }
        },
        reading("jobs.archive", ["_id"], permission: .archiveJob) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.act(call) { (manager, ids) throws(JobManagerError) in
                try await manager.archive(ids)
            }
        },
        reading("jobs.remove", ["_id"], permission: .removeJob) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.act(call) { (manager, ids) throws(JobManagerError) in
                try await manager.remove(ids)
            }
        },
        reading("jobs.detail", ["_id"]) { (frontEnd, call) async throws(RPCError) in
            try await frontEnd.detail(call)
        },
        reading("jobs.find", ["filter", "sort", "limit", "after"]) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.find(call)
        },
    ]
}

extension FrontEnd {
    fileprivate func newJob(_ call: Call) async throws(RPCError) -> JSONValue {
        let params = call.params
        var request = NewJob(
            task: try params.string("task"),
            args: try params.optionalObject("args") ?? [:],
            proc: try params.optionalInteger("proc", in: 1...Resources.procRange.upperBound),
            mem: try params.optionalInteger("mem", in: 1...Resources.memRange.upperBound),
            priority: try params.optionalInteger("priority", in: -1000...1000) ?? 0,
            username: call.identity?.username ?? "",
            caller: "\(call.connection)"
        )
        if let text = try params.optionalString("job_id") {
            guard let id = JobID(text) else {
                throw .invalidParams("job_id", "must be \(JobID.form)")
            }
            request.id = id
        }
        do throws(JobManagerError) {
            let answer = try await manager.new(request)
            return [
                "_id": .string(answer.id.rawValue), "_version": .integer(answer.version),
                "seq": .integer(answer.seq), "created": .bool(answer.created),
            ]
        } catch {
            throw RPCError(error)
        }
    }

    /// Does something with one job, whose failure is the call's, or with several, each with its own.
    fileprivate func act(
        _ call: Call,
        _ action: (JobManager, [JobID]) async throws(JobManagerError) -> JobActionAnswer
    ) async throws(RPCError) -> [UInt8] {
        guard let texts = try call.params.optionalStrings("_id") else {
            throw call.params.missing("_id")
        }
        let isSingle = call.params.value("_id")?.stringValue != nil
        let answer: JobActionAnswer
        do throws(JobManagerError) {
            answer = try await action(manager, texts.compactMap { JobID($0) })
        } catch {
            throw RPCError(error)
        }
        if isSingle, case .failure(let error) = answer.outcome(for: texts[0]) { throw error }
        return await Self.encode { answer.document(for: texts) }
    }

    fileprivate func detail(_ call: Call) async throws(RPCError) -> [UInt8] {
        let id = try call.params.jobID("_id")
        guard let connection = connections[call.connection] else { throw .connectionClosed }
        let detail: JobDetail
        do throws(JobManagerError) {
            detail = try await manager.detail(id)
        } catch {
            throw RPCError(error)
        }
        let outputs = await outputs.list(of: id)
        let log = await endOfLog(of: detail.job, for: connection)
        return await Self.encode {
            [
                "job": .object(detail.job.document),
                "stages": .array(detail.stages.map { .string($0) }),
                "attempt": .integer(detail.job.attempt),
                "attempts": .integer(max(detail.attempts, detail.job.attempt)),
                "queue": detail.waiting.map { .object($0.document) } ?? .null,
                "log": .object(log),
                "outputs": .array(outputs.map(\.document)),
            ]
        }
    }

    /// The server on whose machine a job's log is, if it cannot be read here.
    func otherServer(withLogOf job: Job) async -> ServerReport? {
        // Where servers share their folders, every log is everywhere.
        guard let server = await manager.otherServer(of: job) else { return nil }
        return await logs.size(of: job.id) == 0 ? server : nil
    }

    /// The last lines of a job's log, whole ones.
    private func endOfLog(of job: Job, for connection: ClientConnection) async -> JSONObject {
        let id = job.id
        if let server = await otherServer(withLogOf: job) {
            return ["size": 0, "offset": 0, "text": "", "host": .string(server.host)]
        }
        guard let part = try? await readLog(of: id, from: -Self.logBytes, for: connection) else {
            return ["size": 0, "offset": 0, "text": ""]
        }
        var text = part.text.utf8[...]
        var offset = part.offset
        if offset > 0, let newline = text.firstIndex(of: UInt8(ascii: "\n")) {
            offset += text[...newline].count
            text = text[newline...].dropFirst()
        }
        return [
            "size": .integer(part.size), "offset": .integer(offset),
            "text": .string(String(Substring(text))),
        ]
    }

    fileprivate func find(_ call: Call) async throws(RPCError) -> [UInt8] {
        let params = call.params
        var query = JobQuery(
            filter: try JobFilter(params: try params.optionalObject("filter"), hasArchived: true)
        )
        query.limit = try params.optionalInteger("limit", in: Self.pages) ?? Self.usualPage
        if let text = try params.optionalString("sort") {
            guard let sort = JobSortOrder(rawValue: text) else {
                let known = JobSortOrder.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalidParams("sort", "must be one of \(known), not \"\(text)\"")
            }
            query.sort = sort
        }
        if let text = try params.optionalString("after") {
            guard let mark = JobPage.Mark(text) else {
                throw .invalidParams("after", "must be what an earlier page returned as after")
            }
            query.after = mark
        }
        do throws(JobManagerError) {
            return await Self.encode(try await manager.find(query))
        } catch {
            throw RPCError(error)
        }
    }

    @concurrent
    private static func encode(_ page: JobPage) async -> [UInt8] {
        var bytes = Array(#"{"jobs":["#.utf8)
        bytes.reserveCapacity(64 + page.jobs.count * 320)
        for (index, job) in page.jobs.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            job.encode(into: &bytes)
        }
        bytes.append(contentsOf: #"],"after":"#.utf8)
        bytes.append(json: page.after.map { .string($0.description) } ?? JSONValue.null)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

extension JobActionAnswer {
    /// What became of a job; text that has not the form of an id names none.
    fileprivate func outcome(for text: String) -> Result<JobActionOutcome, RPCError> {
        guard let outcome = JobID(text).flatMap({ jobs[$0] }) else {
            return .failure(.noSuchJob(text))
        }
        return outcome.mapError { RPCError($0) }
    }

    /// What became of each, as far as it was done, or why not.
    fileprivate func document(for texts: [String]) -> JSONValue {
        var outcomes: JSONObject = [:]
        for text in texts {
            switch outcome(for: text) {
            case .success(let outcome): outcomes[text] = .string(outcome.rawValue)
            case .failure(let error): outcomes[text] = .object(error.document)
            }
        }
        return ["jobs": .object(outcomes), "seq": .integer(seq)]
    }
}
