import JSON
import JobProtocol

/// What a call costs, as far as its request tells.
struct CallCost {
    /// As how many calls it counts.
    var weight = 1
    /// How long its answer may become in bytes; 0 for what is read from memory and short.
    var bytes = 0
}

extension FrontEnd {
    /// About as long is a job in a page of them.
    private static let jobBytes = 400
    /// A record in a page of them; longer members are left out.
    private static let recordBytes = 1 << 10
    /// What became of one of several jobs, beside its name.
    private static let outcomeBytes = 140
    /// How often the name of a job that there is not stands in the answer.
    private static let namings = 3
    /// A connection in a list of them.
    private static let connectionBytes = 400
    /// Some dozens of tasks.
    private static let catalogueBytes = 64 << 10
    /// So many bytes of a request count as a call.
    private static let requestBytes = 64 << 10

    /// What a call is going to cost; params that it refuses cost nothing.
    ///
    /// - Parameters:
    ///   - request: The call.
    ///   - size: How many bytes of the message are its own.
    /// - Returns: The cost, from 1 call on.
    func cost(of request: RPCRequest, size: Int) -> CallCost {
        var cost = callCost(request.method, request.params)
        cost.weight += size / Self.requestBytes
        return cost
    }

    private func callCost(_ method: String, _ params: JSONObject) -> CallCost {
        switch method {
        case "jobs.find": page(params, of: Self.jobBytes)
        case "data.list": page(params, of: Self.recordBytes)
        case "jobs.detail", "jobs.tail", "data.show": CallCost(bytes: Self.logBytes)
        case "data.export", "data.findings":
            // Much is read and written for them, and how long they become nobody knows before: one at a time.
            CallCost(weight: Self.exportWeight, bytes: configuration.limits.answerBytes)
        case "jobs.output": output(params)
        case "jobs.cancel", "jobs.archive", "jobs.remove": outcomes(params)
        case "jobs.subscribe":
            // Who admits which jobs is found out job by job.
            CallCost(
                weight: weight(of: params["manifest"]?.objectValue?.count ?? 1)
                    + (params["filter"] == nil ? 0 : log.liveCount / Self.jobsPerCall)
            )
        case "tasks.list", "tasks.reload": CallCost(bytes: Self.catalogueBytes)
        case "connections.list":
            CallCost(
                weight: weight(of: connections.count),
                bytes: connections.count * Self.connectionBytes
            )
        case "rpc.discover": CallCost(weight: Self.discoveryWeight, bytes: discovery.count)
        default: CallCost()
        }
    }

    /// A report is made of many parts.
    private static let exportWeight = 5
    /// So many jobs are looked at in the time that a call takes.
    private static let jobsPerCall = 1000
    /// The description of all methods is long.
    private static let discoveryWeight = 10

    private func page(_ params: JSONObject, of bytes: Int) -> CallCost {
        let limit = params["limit"]?.integerValue ?? Self.usualPage
        guard Self.pages.contains(limit) else { return CallCost() }
        return CallCost(weight: weight(of: limit), bytes: limit * bytes)
    }

    /// What is done with the jobs of a list, each of which has its own outcome.
    private func outcomes(_ params: JSONObject) -> CallCost {
        guard let ids = params["_id"]?.arrayValue else { return CallCost() }
        let weight = weight(of: ids.count)
        guard ids.count <= ParamsReader.longestList else { return CallCost(weight: weight) }
        let names = ids.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? 0) }
        return CallCost(
            weight: weight,
            bytes: ids.count * Self.outcomeBytes + names * Self.namings
        )
    }

    private func output(_ params: JSONObject) -> CallCost {
        let limit = params["limit"]?.integerValue ?? Self.outputBytes
        guard (1...Self.outputBytes).contains(limit) else { return CallCost() }
        // As base64 it takes a third more.
        return CallCost(weight: max(1, limit / Self.requestBytes), bytes: limit * 4 / 3)
    }

    /// How many documents a page may hold.
    static let pages = 1...1000
    /// How many it holds if nobody says.
    static let usualPage = 100

    private func weight(of documents: Int) -> Int {
        let one = configuration.limits.documentsPerCall
        return max(1, (documents + one - 1) / one)
    }
}
