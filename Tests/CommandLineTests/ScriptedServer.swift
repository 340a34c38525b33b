import JSON
import JobProtocol
import Threads
import WebSockets

@testable import jobsync

/// A server that answers as a test tells it, on a real socket.
actor ScriptedServer: WebSocketServerDelegate {
    /// What becomes of a call.
    enum Reply: Sendable {
        /// It is answered; then these pushes follow.
        case result(JSONValue, pushes: [(method: String, params: JSONObject)] = [])
        /// As a result, and then the connection is closed.
        case resultThenClose(JSONValue, pushes: [(method: String, params: JSONObject)])
        /// The connection is closed without an answer.
        case close(UInt16)
        case refuse(RPCError)
    }

    private let server: WebSocketServer
    nonisolated var unownedExecutor: UnownedSerialExecutor { server.unownedExecutor }
    private var script: [Reply]
    /// The calls that came.
    private(set) var calls: [RPCRequest] = []

    private init(_ server: WebSocketServer, _ script: [Reply]) {
        self.server = server
        self.script = script
    }

    /// Runs a test against a server with a reply for each call, in their order.
    static func run(
        _ script: [Reply],
        _ body: (ScriptedServer, ServerAccess) async throws -> Void
    ) async throws {
        var configuration = WebSocketServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let network = WebSocketServer(configuration: configuration)
        let server = ScriptedServer(network, script)
        let address = try await network.start(delegate: server)
        do {
            let access = ServerAccess(address: try ServerAddress("http://\(address)"), token: nil)
            try await body(server, access)
        } catch {
            await network.stop()
            throw error
        }
        await network.stop()
    }

    func connectionRequested(_ request: HTTPRequest) -> UpgradeDecision { .accept }

    func connectionOpened(_ connection: ConnectionID) {}

    func messageReceived(_ message: [UInt8], on connection: ConnectionID) {
        guard
            case .single(.success(let call)) = RPCMessage(
                parsing: message,
                maximumDepth: 32,
                maximumBatch: 1
            )
        else { return }
        calls.append(call)
        let reply = script.isEmpty ? .close(4500) : script.removeFirst()
        switch reply {
        case .result(let result, let pushes):
            answer(call, result, pushes, on: connection)
        case .resultThenClose(let result, let pushes):
            answer(call, result, pushes, on: connection)
            close(connection, 4001)
        case .close(let code): close(connection, code)
        case .refuse(let error):
            var bytes: [UInt8] = []
            RPCReply.append(error: error, id: call.id ?? .null, to: &bytes)
            send(bytes, to: connection)
        }
    }

    private func answer(
        _ call: RPCRequest,
        _ result: JSONValue,
        _ pushes: [(method: String, params: JSONObject)],
        on connection: ConnectionID
    ) {
        var bytes: [UInt8] = []
        RPCReply.append(result: result, id: call.id ?? .null, to: &bytes)
        send(bytes, to: connection)
        for push in pushes {
            send(RPCReply.notification(push.method, push.params), to: connection)
        }
    }

    private func send(_ bytes: [UInt8], to connection: ConnectionID) {
        _ = server.send(WebSocketFrame(text: bytes), to: connection)
    }

    private func close(_ connection: ConnectionID, _ code: UInt16) {
        server.close(connection, code: WebSocketCloseCode(rawValue: code), reason: "scripted")
    }

    func connectionDrained(_ connection: ConnectionID) {}

    func connectionClosed(_ connection: ConnectionID, code: WebSocketCloseCode) {}

    func respond(to request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(status: 404, text: "nothing here\n")
    }
}
