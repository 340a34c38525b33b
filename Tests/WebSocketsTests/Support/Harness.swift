import Testing
import WebSockets

/// A server for the time of a test, and clients to it.
struct Harness: Sendable {
    let server: WebSocketServer
    let recorder: Recorder
    let address: NetworkAddress

    var url: String { "ws://\(address)/ws" }

    /// A client of the library's that is connected.
    func client(
        subprotocol: String? = "jobsync.v1.json",
        headers: HTTPHeaders = [:]
    ) async throws -> WebSocketClient {
        let client = WebSocketClient()
        try await client.connect(to: url, headers: headers, subprotocol: subprotocol)
        return client
    }

    /// A bare socket.
    func socket(receiveBuffer: Int32? = nil) async throws -> RawSocket {
        try await RawSocket(port: address.port, receiveBuffer: receiveBuffer)
    }

    /// A bare socket that has shaken hands.
    func webSocket(receiveBuffer: Int32? = nil, offer: String? = nil) async throws -> RawSocket {
        let socket = try await socket(receiveBuffer: receiveBuffer)
        let headers = offer.map { ["Sec-WebSocket-Extensions: \($0)"] } ?? []
        try await socket.send(RawSocket.upgrade(headers: headers))
        let head = try await socket.receiveHead()
        try #require(head.hasPrefix("HTTP/1.1 101"))
        return socket
    }
}

extension WebSocketServerConfiguration {
    /// On any port of this machine, with some things changed.
    static func local(
        _ change: (inout WebSocketServerConfiguration) -> Void = { _ in }
    ) -> WebSocketServerConfiguration {
        var configuration = WebSocketServerConfiguration()
        configuration.host = "127.0.0.1"
        // A busy machine must not look like a client that has gone; tests of these times set their own.
        configuration.handshakeTimeout = .seconds(300)
        configuration.idleTimeout = .seconds(300)
        configuration.stallTimeout = .seconds(300)
        configuration.pongTimeout = .seconds(300)
        change(&configuration)
        return configuration
    }
}

/// Runs a test with a server, and stops that in any case.
func withServer(
    _ behaviour: Behaviour = Behaviour(),
    _ configuration: WebSocketServerConfiguration = .local(),
    _ test: (Harness) async throws -> Void
) async throws {
    let server = WebSocketServer(configuration: configuration)
    let recorder = Recorder(server: server, behaviour: behaviour)
    let address = try await server.start(delegate: recorder)
    do {
        try await test(Harness(server: server, recorder: recorder, address: address))
    } catch {
        await server.stop(grace: .milliseconds(100))
        throw error
    }
    await server.stop(grace: .milliseconds(100))
}
