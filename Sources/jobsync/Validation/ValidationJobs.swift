import JSON
import JobModel

/// Jobs of a validation, started and waited for on its server.
struct ValidationJobs {
    let access: ServerAccess
    let interrupt: ValidationInterrupt

    /// What a job may take, in GB.
    static let memory = 4

    /// A job that is to be done.
    struct Order {
        let id: JobID
        let task: String
        let args: JSONObject

        /// - Parameters:
        ///   - id: The job's; of letters, digits and underscores.
        ///   - task: What kind of work.
        ///   - args: Its arguments.
        init(_ id: String, _ task: String, _ args: JSONObject) {
            guard let id = JobID(id) else { preconditionFailure("\(id) is no id of a job") }
            self.id = id
            self.task = task
            self.args = args
        }
    }

    /// How a job ended.
    enum End {
        case complete(JSONValue)
        case failed(String)
    }

    /// Does jobs, as many at once as the server lets, and waits for all.
    ///
    /// One core each: then tools do the same in the same order, every time.
    ///
    /// - Parameters:
    ///   - orders: The jobs.
    ///   - told: Called with how many have ended.
    /// - Returns: How each ended, by its id.
    /// - Throws: That the server is lost, refuses a job, or that the validation was interrupted.
    func run(
        _ orders: [Order],
        told: @escaping (Int) -> Void
    ) async throws(CommandFailure) -> [JobID: End] {
        let ids = orders.map(\.id)
        let access = access
        let work = { () async throws(CommandFailure) -> [JobID: End] in
            let connection = try await access.connect()
            for order in orders {
                try interrupt.check()
                let params: JSONObject = [
                    "task": .string(order.task), "job_id": .string(order.id.rawValue),
                    "args": .object(order.args), "proc": 1, "mem": .integer(Self.memory),
                ]
                _ = try await connection.ask("jobs.new", params)
            }
            await connection.close()
            try await wait(for: Set(ids), told: told)
            return try await ends(of: ids)
        }
        return try await interrupt.during(
            endingBy: { Self.cancel(ids, on: access) },
            do: work
        )
    }

    private func wait(for ids: Set<JobID>, told: (Int) -> Void) async throws(CommandFailure) {
        let follower = JobFollower([:], on: try await access.connect())
        try await follower.begin()
        while true {
            let ended = ids.count { follower.view.jobs[$0]?.state.isFinal == true }
            told(ended)
            if ended == ids.count, follower.view.isComplete { break }
            if interrupt.isRaised, follower.view.isComplete {
                // Orders that were not given any more never end.
                let isOver = follower.view.jobs.values.allSatisfy { $0.state.isFinal }
                if isOver { break }
            }
            _ = try await follower.next()
        }
        await follower.connection?.close()
    }

    private func ends(of ids: [JobID]) async throws(CommandFailure) -> [JobID: End] {
        let connection = try await access.connect()
        var ends: [JobID: End] = [:]
        for id in ids {
            let job = try await connection.ask("jobs.detail", ["_id": .string(id.rawValue)])["job"]
            if let result = job?["result"], case .object = result {
                ends[id] = .complete(result)
            } else {
                let last = job?["status"]?.arrayValue?.last
                ends[id] = .failed(last?["error"]?.stringValue ?? "the job gave no result")
            }
        }
        await connection.close()
        return ends
    }

    /// Cancels what is not over; the one who waits sees it.
    private static func cancel(_ ids: [JobID], on access: ServerAccess) {
        Task {
            guard let connection = try? await access.connect() else { return }
            let list = JSONValue.array(ids.map { .string($0.rawValue) })
            _ = try? await connection.ask("jobs.cancel", ["_id": list])
            await connection.close()
        }
    }
}
