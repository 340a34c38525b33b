import JSON
import JobProtocol
import WebSockets

/// A connection of the replay's own that sees every change, and asks how jobs ended.
actor ReplayObserver {
    private let socket = WebSocketClient()
    private var lastID = 0
    private var calls: [Int: CheckedContinuation<CallOutcome?, Never>] = [:]
    private var reader: Task<Void, Never>?
    private var isClosed = false
    /// What came before there was anybody to tell.
    private var early: [(JSONObject, ContinuousClock.Instant)] = []
    private var book: ReplayBook?

    /// Connects and subscribes to all jobs.
    func connect(
        to address: String,
        token: String?
    ) async throws(Replay.Failure) -> ReplayBook.Start {
        do throws(WebSocketClientError) {
            try await socket.connectToJobsync(address, token: token)
        } catch {
            throw .noConnection(error)
        }
        reader = Task { [socket] in
            for await message in socket.messages { await receive(message, at: .now) }
            await closed()
        }
        let outcome = await call("jobs.subscribe", ["interval": 0])
        switch outcome {
        case .result(let result):
            return ReplayBook.Start(
                epoch: result["epoch"]?.stringValue ?? "",
                seq: result["seq"]?.countValue ?? 0
            )
        case .error(let code, _):
            throw .noSubscription(RPCError(RPCError.Code(rawValue: code) ?? .internalError, code))
        case nil: throw .noConnection(.closed)
        }
    }

    /// Tells somebody of what comes from now on, and of what has come.
    func follow(_ book: ReplayBook) async {
        self.book = book
        let early = early
        self.early = []
        for (params, moment) in early { await book.observed(params, at: moment) }
    }

    /// Calls a method; nil if the connection breaks.
    func call(_ method: String, _ params: JSONObject) async -> CallOutcome? {
        guard !isClosed else { return nil }
        lastID += 1
        let id = lastID
        let request = RPCRequest(id: .integer(id), method: method, params: params)
        return await withCheckedContinuation { continuation in
            calls[id] = continuation
            // An answer that can never come is told of by the connection's end.
            Task { [socket] in try? await socket.send(request.encoded) }
        }
    }

    func close() async {
        book = nil
        await socket.close()
        await reader?.value
    }

    private func receive(_ message: [UInt8], at moment: ContinuousClock.Instant) async {
        guard let document = try? JSONValue(parsing: message, maximumDepth: 128) else { return }
        if document["method"]?.stringValue == "jobs.sync" {
            let params = document["params"]?.objectValue ?? [:]
            guard let book else { return early.append((params, moment)) }
            await book.observed(params, at: moment)
        } else if let id = document["id"]?.integerValue, let outcome = CallOutcome(document) {
            calls.removeValue(forKey: id)?.resume(returning: outcome)
        }
    }

    private func closed() async {
        isClosed = true
        for call in calls.values { call.resume(returning: nil) }
        calls = [:]
        await book?.observerLost()
    }
}

extension WebSocketClient {
    /// Connects as clients of the protocol do.
    func connectToJobsync(
        _ address: String,
        token: String?
    ) async throws(WebSocketClientError) {
        let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        try await connect(to: address, headers: headers, subprotocol: "jobsync.v1.json")
    }
}
