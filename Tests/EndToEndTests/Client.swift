import JSON
import JobModel
import JobProtocol
import Testing
import WebSockets

/// A client that keeps every message, so that a test can look back.
actor Client {
    private let socket = WebSocketClient()
    private var nextID = 0
    private var calls: [Int: CheckedContinuation<Result<JSONValue, RPCError>, Never>] = [:]
    private var waiters:
        [(isReached: @Sendable (Client.View) -> Bool, CheckedContinuation<Void, Never>)] =
            []
    private(set) var view = View()
    private var reader: Task<Void, Never>?

    /// What the client was told.
    struct View: Sendable {
        var jobs: [JobID: MinimalJob] = [:]
        /// Every document that was put, in order.
        var puts: [MinimalJob] = []
        var resources: [JSONObject] = []
        var isInStep = false
        var seq = 0
        /// How the connection ended; nil while it is open.
        var closure: WebSocketClient.Closure?

        var isClosed: Bool { closure != nil }

        func states(of id: JobID) -> [JobState] { puts.filter { $0.id == id }.map(\.state) }
    }

    static func connect(to server: ServerProcess, token: String? = nil) async throws -> Client {
        let client = Client()
        try await client.open(server.url, token: token)
        return client
    }

    private func open(_ url: String, token: String?) async throws {
        let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        try await socket.connect(
            to: url.replacing("http://", with: "ws://") + "/ws",
            headers: headers,
            subprotocol: "jobsync.v1.json"
        )
        reader = Task { [weak self, socket] in
            for await message in socket.messages { await self?.receive(message) }
            await self?.closed(socket.closure)
        }
    }

    func close() async {
        await socket.close()
    }

    func call(_ method: String, _ params: JSONObject = [:]) async throws -> JSONValue {
        // Nobody is left who would answer.
        guard !view.isClosed else { throw RPCError(.unavailable, "the connection is closed") }
        nextID += 1
        let id = nextID
        let request = RPCRequest(id: .integer(id), method: method, params: params)
        let result = await withCheckedContinuation { continuation in
            calls[id] = continuation
            Task { [socket] in try? await socket.send(request.encoded) }
        }
        return try result.get()
    }

    /// Subscribes and waits for the first load.
    func subscribe(_ params: JSONObject = [:]) async throws {
        _ = try await call("jobs.subscribe", params)
        await waitUntil { $0.isInStep }
    }

    func waitUntil(_ isReached: @escaping @Sendable (View) -> Bool) async {
        if isReached(view) || view.isClosed { return }
        await withCheckedContinuation { waiters.append((isReached, $0)) }
    }

    func waitUntil(_ id: JobID, is state: JobState) async {
        await waitUntil { $0.jobs[id]?.state == state }
    }

    /// Waits for a job's end.
    func waitForEnd(of id: JobID) async -> MinimalJob? {
        await waitUntil { $0.jobs[id]?.state.isFinal == true }
        return view.jobs[id]
    }

    private func receive(_ message: [UInt8]) {
        switch RPCIncoming(parsing: message) {
        case .answer(id: .integer(let id), let result):
            calls.removeValue(forKey: id)?.resume(returning: result)
        case .notification(method: "jobs.sync", let params): apply(params)
        case .notification(method: "resources", let params): view.resources.append(params)
        default: break
        }
        resumeWaiters()
    }

    private func apply(_ params: JSONObject) {
        for document in params["put"]?.arrayValue ?? [] {
            guard let job = MinimalJob(document: document) else { continue }
            view.jobs[job.id] = job
            view.puts.append(job)
        }
        for id in params["del"]?.arrayValue ?? [] {
            guard let id = id.stringValue.flatMap({ JobID($0) }) else { continue }
            view.jobs[id] = nil
        }
        view.seq = params["seq"]?.integerValue ?? view.seq
        if params["sync"]?.boolValue != true { view.isInStep = true }
    }

    private func closed(_ closure: WebSocketClient.Closure?) {
        view.closure = closure ?? .init(code: .init(rawValue: 1006), reason: "")
        for call in calls.values {
            call.resume(returning: .failure(RPCError(.unavailable, "the connection is closed")))
        }
        calls = [:]
        resumeWaiters()
    }

    private func resumeWaiters() {
        let view = view
        let reached = waiters.filter { $0.isReached(view) || view.isClosed }
        waiters.removeAll { $0.isReached(view) || view.isClosed }
        for waiter in reached { waiter.1.resume() }
    }
}
