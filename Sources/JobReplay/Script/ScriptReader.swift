import JSON
import JobModel
import JobProtocol
import JobRecording

/// Goes through a recording from its beginning, and knows at each event what clients could know then.
struct ScriptReader {
    /// Where a call stands.
    private struct Place: Hashable {
        let client: Int
        let step: Int
        let call: Int
    }

    private struct Key: Hashable {
        let client: Int
        let id: RPCID
    }

    private(set) var clients: [Int: ReplayScript.Client] = [:]
    private(set) var order: [Int] = []
    private(set) var made: Set<String> = []
    private(set) var ends: [String: ReplayScript.End] = [:]
    private(set) var strayAnswers = 0
    private var waiting: [Key: [Place]] = [:]
    private var versions: [String: Int] = [:]
    private var states: [String: JobState] = [:]
    private var closed = 0

    mutating func take(_ entry: MessageLogEntry) {
        let number = entry.connection
        switch entry.direction {
        case .open: open(number, entry.time)
        case .incoming: ask(entry)
        case .outgoing:
            guard let message = entry.message else { return }
            for one in message.arrayValue ?? [message] { hear(one, on: number) }
        case .close:
            guard clients[number]?.closing == nil else { return }
            clients[number]?.closed = entry.time
            clients[number]?.closing = closed
            closed += clients[number] == nil ? 0 : 1
        }
    }

    private mutating func open(_ number: Int, _ time: Duration) {
        guard clients[number] == nil else { return }
        var client = ReplayScript.Client(number: number, opened: time)
        client.predecessors = closed
        clients[number] = client
        order.append(number)
    }

    private mutating func ask(_ entry: MessageLogEntry) {
        guard let message = entry.message else { return }
        open(entry.connection, entry.time)
        guard var client = clients[entry.connection] else { return }
        var calls: [RecordedCall]
        switch message {
        case .string: calls = [RecordedCall()]
        case .array(let elements):
            // A batch of a wrong size is refused as a whole.
            let isRefused = !(1...ProtocolLimits().batch).contains(elements.count)
            calls = isRefused ? [RecordedCall()] : elements.map { RecordedCall($0) }
        default: calls = [RecordedCall(message)]
        }
        let requests = message.arrayValue ?? [message]
        for index in calls.indices {
            calls[index].needs = needs(of: calls[index])
            guard calls[index].isAnswered else { continue }
            let id = calls[index].hasID ? requests[index]["id"].flatMap(RPCID.init) : nil
            let key = Key(client: client.number, id: id ?? .null)
            waiting[key, default: []].append(
                Place(client: client.number, step: client.steps.count, call: index)
            )
        }
        client.steps.append(ReplayScript.Step(time: entry.time, message: message, calls: calls))
        clients[entry.connection] = client
    }

    /// What a client knew of the jobs that it named.
    private func needs(of call: RecordedCall) -> [CallNeed] {
        var ids = call.jobs
        if let id = call.params["job_id"]?.stringValue { ids.append(id) }
        return ids.filter { made.contains($0) }.map { id in
            states[id]?.isFinal == true ? .ended(id) : .made(id)
        }
    }

    // MARK: What the server said

    private mutating func hear(_ message: JSONValue, on number: Int) {
        if let method = message["method"]?.stringValue {
            if method == "jobs.sync" { note(message["params"]?["put"]) }
            return
        }
        guard let outcome = CallOutcome(message) else { return }
        let key = Key(client: number, id: message["id"].flatMap(RPCID.init) ?? .null)
        guard var places = waiting[key], let place = places.first else {
            strayAnswers += 1
            return
        }
        places.removeFirst()
        waiting[key] = places.isEmpty ? nil : places
        answer(place, outcome)
    }

    private mutating func answer(_ place: Place, _ outcome: CallOutcome) {
        guard var call = clients[place.client]?.steps[place.step].calls[place.call] else { return }
        call.outcome = outcome
        learn(from: &call, outcome)
        clients[place.client]?.steps[place.step].calls[place.call] = call
    }

    private mutating func learn(from call: inout RecordedCall, _ outcome: CallOutcome) {
        if case .error("bad_state", let data) = outcome, let id = data["_id"]?.stringValue,
            let state = data["state"]?.stringValue
        {
            require(state, of: id, for: &call)
        }
        guard let result = outcome.result else { return }
        switch call.method {
        case "jobs.new":
            if let id = result["_id"]?.stringValue, result["created"]?.boolValue == true {
                made.insert(id)
            }
        case "jobs.cancel", "jobs.archive", "jobs.remove":
            for (id, outcome) in result["jobs"]?.objectValue ?? [:] {
                switch outcome.stringValue {
                case "cancelling": require("running", of: id, for: &call)
                case "archived":
                    require("complete", of: id, for: &call)
                    if case .ended(let state, let task, _) = ends[id] {
                        ends[id] = .ended(state: state, task: task, isArchived: true)
                    }
                case "removed":
                    ends[id] = .removed
                default:
                    if let state = outcome["data"]?["state"]?.stringValue {
                        require(state, of: id, for: &call)
                    }
                }
            }
        case "jobs.find": note(result["jobs"])
        default: break
        }
    }

    /// A call was answered as it was because a job was in a state.
    private func require(_ state: String, of id: String, for call: inout RecordedCall) {
        guard made.contains(id), let state = JobState(rawValue: state) else { return }
        call.needs.removeAll { $0.id == id }
        call.needs.append(state.isFinal ? .ended(id) : state == .waiting ? .made(id) : .started(id))
    }

    /// Notes documents that clients were shown.
    private mutating func note(_ documents: JSONValue?) {
        for document in documents?.arrayValue ?? [] {
            guard let job = MinimalJob(document: document) else { continue }
            let id = job.id.rawValue
            guard job.version >= versions[id] ?? 0, ends[id] != .removed else { continue }
            versions[id] = job.version
            states[id] = job.state
            guard job.state.isFinal else { continue }
            ends[id] = .ended(
                state: job.state.rawValue,
                task: job.task,
                isArchived: job.archived
            )
        }
    }
}
