import JSON
import JobProtocol
import WebSockets

/// A message that the server sent by itself.
struct Push: Sendable {
    let method: String
    let params: JSONObject
}

/// Why a connection is of no use any more.
struct ConnectionLost: Error, Hashable {
    /// For people.
    let reason: String
    /// When the server asked us to come back, counted from now.
    var after: Duration?
    /// Whether coming back makes sense.
    var isFinal = false
}

/// Why a call has no result.
enum CallFailure: Error, Hashable {
    /// The server refused it.
    case refused(RPCError)
    /// The connection broke before the answer; whether it was carried out is not known.
    case lost(ConnectionLost)
}

/// One connection to a server, asked by one task at a time.
///
/// Messages are taken from the socket only when somebody wants one. So a reader who is slow slows
/// the server down, which then skips what is outdated, and nothing piles up here.
final class ServerConnection {
    /// How long an answer may take.
    static let patience = Duration.seconds(30)
    /// A subscribed client hears at least a tick every 25 s; after this silence the line is dead.
    static let longestSilence = Duration.seconds(65)

    let access: ServerAccess
    private let client: WebSocketClient
    private var lastID = 0
    /// Pushes that came while an answer was waited for.
    private var pushes: [Push] = []
    private var farewell: ConnectionLost?

    fileprivate init(access: ServerAccess, client: WebSocketClient) {
        self.access = access
        self.client = client
    }

    /// Calls a method.
    ///
    /// - Parameters:
    ///   - method: Its name.
    ///   - params: Its parameters.
    ///   - patience: How long the answer may take.
    /// - Returns: What it returns.
    /// - Throws: The server's refusal, or that the connection is lost.
    func call(
        _ method: String,
        _ params: JSONObject = [:],
        within patience: Duration = ServerConnection.patience
    ) async throws(CallFailure) -> JSONValue {
        lastID += 1
        let request = RPCRequest(id: .integer(lastID), method: method, params: params)
        do throws(WebSocketClientError) {
            try await client.send(request.encoded)
        } catch {
            throw .lost(await lossOfConnection())
        }
        while true {
            let message: RPCIncoming
            do throws(ConnectionLost) {
                message = try await receive(within: patience)
            } catch {
                throw .lost(error)
            }
            switch message {
            case .answer(.integer(lastID), .success(let result)): return result
            case .answer(.integer(lastID), .failure(let error)): throw .refused(error)
            case .answer: continue
            case .notification(let method, let params): note(Push(method: method, params: params))
            }
        }
    }

    /// Waits for the next push.
    ///
    /// - Parameter silence: After so long without any message the connection counts as lost.
    /// - Returns: The push.
    /// - Throws: That the connection is lost.
    func nextPush(
        within silence: Duration = ServerConnection.longestSilence
    ) async throws(ConnectionLost) -> Push {
        while pushes.isEmpty {
            let message = try await receive(within: silence)
            if case .notification(let method, let params) = message {
                note(Push(method: method, params: params))
            }
        }
        return pushes.removeFirst()
    }

    /// Closes the connection.
    func close() async {
        await client.close()
    }

    private func note(_ push: Push) {
        guard push.method == "bye" else { return pushes.append(push) }
        let code = push.params["code"]?.integerValue ?? 0
        farewell = ConnectionLost(
            reason: push.params["reason"]?.stringValue ?? "the server closed the connection",
            after: push.params["after"]?.countValue.map { .milliseconds(min($0, 3_600_000)) },
            isFinal: (4500..<5000).contains(code)
        )
    }

    private func receive(within limit: Duration) async throws(ConnectionLost) -> RPCIncoming {
        while true {
            guard let bytes = try await nextMessage(within: limit) else {
                throw await lossOfConnection()
            }
            if let message = RPCIncoming(parsing: bytes) { return message }
        }
    }

    private func nextMessage(within limit: Duration) async throws(ConnectionLost) -> [UInt8]? {
        let client = client
        let outcome = await withTaskGroup(of: Result<[UInt8]?, ConnectionLost>.self) { group in
            group.addTask {
                var messages = client.messages.makeAsyncIterator()
                return .success(await messages.next())
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return .failure(
                    ConnectionLost(reason: "the server did not say anything for \(limit)")
                )
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(nil)
        }
        return try outcome.get()
    }

    private func lossOfConnection() async -> ConnectionLost {
        if let farewell { return farewell }
        let closure = await client.closure
        let code = Int(closure?.code.rawValue ?? 1006)
        let reason = closure?.reason ?? ""
        return ConnectionLost(
            reason: reason.isEmpty ? "the connection broke" : reason,
            isFinal: (4500..<5000).contains(code)
        )
    }
}

extension ServerAccess {
    /// Connects; to be asked again after a failure that is not final.
    func attempt() async throws(WebSocketClientError) -> ServerConnection {
        var configuration = WebSocketClientConfiguration()
        // A whole analysis may have 64 MiB.
        configuration.maximumMessageBytes = 80 << 20
        let client = WebSocketClient(configuration: configuration)
        var headers: HTTPHeaders = [:]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        try await client.connect(
            to: address.socket,
            headers: headers,
            subprotocol: "jobsync.v1.json"
        )
        return ServerConnection(access: self, client: client)
    }

    /// Connects, or says for people why not.
    func connect() async throws(CommandFailure) -> ServerConnection {
        do throws(WebSocketClientError) {
            return try await attempt()
        } catch {
            throw CommandFailure(error, address: address)
        }
    }
}

extension ServerConnection {
    /// Calls a method, once; a failure is for people.
    func ask(
        _ method: String,
        _ params: JSONObject = [:],
        within patience: Duration = ServerConnection.patience
    ) async throws(CommandFailure) -> JSONValue {
        do throws(CallFailure) {
            return try await call(method, params, within: patience)
        } catch {
            throw CommandFailure(error, address: access.address)
        }
    }
}

extension CommandFailure {
    /// A call that has no result.
    init(_ failure: CallFailure, address: ServerAddress) {
        switch failure {
        case .refused(let error): self.init(error)
        case .lost(let loss): self.init(loss, address: address)
        }
    }

    /// A connection that broke.
    init(_ loss: ConnectionLost, address: ServerAddress) {
        self.init(.unreachable, "the server at \(address): \(loss.reason)")
    }
}
