import Testing
import WebSockets

/// What a test's server does; by default it accepts everybody and echoes.
struct Behaviour: Sendable {
    var upgrade: @Sendable (HTTPRequest) -> UpgradeDecision = { _ in .accept }
    var opened: @Sendable (WebSocketServer, ConnectionID) -> Void = { _, _ in }
    var message: @Sendable (WebSocketServer, [UInt8], ConnectionID) -> Void = { server, bytes, id in
        server.send(WebSocketFrame(text: bytes), to: id)
    }
    var drained: @Sendable (WebSocketServer, ConnectionID) -> Void = { _, _ in }
    var respond: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
        HTTPResponse(status: 404, text: "nothing here\n")
    }
}

/// The delegate of a test's server; remembers what it was told.
actor Recorder: WebSocketServerDelegate {
    enum Event: Equatable, Sendable {
        case requested(ConnectionID)
        case opened(ConnectionID)
        case message(String, ConnectionID)
        case drained(ConnectionID)
        case closed(ConnectionID, WebSocketCloseCode)
    }

    nonisolated let server: WebSocketServer
    nonisolated var unownedExecutor: UnownedSerialExecutor { server.unownedExecutor }

    private let behaviour: Behaviour
    private(set) var events: [Event] = []
    private(set) var requests: [HTTPRequest] = []
    private var waiters: [(count: Int, matches: @Sendable (Event) -> Bool, Continuation)] = []
    private typealias Continuation = CheckedContinuation<Event, Never>

    init(server: WebSocketServer, behaviour: Behaviour) {
        self.server = server
        self.behaviour = behaviour
    }

    /// Waits for the `count`th event of a kind, counted from the start.
    func event(_ count: Int = 1, where matches: @escaping @Sendable (Event) -> Bool) async -> Event
    {
        let found = events.filter(matches)
        if found.count >= count {
            return found[count - 1]
        }
        return await withCheckedContinuation { waiters.append((count, matches, $0)) }
    }

    /// The connections that are open, in the order in which they opened.
    func open(_ count: Int) async -> [ConnectionID] {
        _ = await event(count) { if case .opened = $0 { true } else { false } }
        return events.compactMap { if case .opened(let id) = $0 { id } else { nil } }
    }

    /// The code that a connection was closed with.
    func closeCode(of id: ConnectionID) async -> WebSocketCloseCode {
        let event = await event {
            if case .closed(id, _) = $0 { true } else { false }
        }
        guard case .closed(_, let code) = event else { fatalError("no end") }
        return code
    }

    func connectionRequested(_ request: HTTPRequest) -> UpgradeDecision {
        requests.append(request)
        note(.requested(request.connection))
        return behaviour.upgrade(request)
    }

    func connectionOpened(_ connection: ConnectionID) {
        note(.opened(connection))
        behaviour.opened(server, connection)
    }

    func messageReceived(_ message: [UInt8], on connection: ConnectionID) {
        note(.message(String(decoding: message.prefix(64), as: UTF8.self), connection))
        behaviour.message(server, message, connection)
    }

    func connectionDrained(_ connection: ConnectionID) {
        note(.drained(connection))
        behaviour.drained(server, connection)
    }

    func connectionClosed(_ connection: ConnectionID, code: WebSocketCloseCode) {
        note(.closed(connection, code))
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        requests.append(request)
        return await behaviour.respond(request)
    }

    private func note(_ event: Event) {
        events.append(event)
        waiters.removeAll { count, matches, continuation in
            guard matches(event), events.filter(matches).count == count else { return false }
            continuation.resume(returning: event)
            return true
        }
    }
}
