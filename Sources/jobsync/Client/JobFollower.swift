import JSON
import JobModel
import JobProtocol
import WebSockets

/// Keeps a view of jobs in step with the server, over any number of connections.
///
/// Lost connections are made anew, and the view goes on from where it was.
final class JobFollower {
    /// What the follower tells, one after the other.
    enum Event {
        /// Jobs changed; `completing` tells that with this the view is complete, for the first time
        /// or again after the connection was lost.
        case changed([JobView.Change], completing: Bool)
        /// Cores and memory in use, as `resources.get` shows them.
        case resources(JSONObject)
        /// Another push, such as `jobs.log`.
        case pushed(Push)
        /// The connection broke; the next attempt comes after this time.
        case lost(ConnectionLost, retryAfter: Duration)
    }

    let access: ServerAccess
    private let filter: JSONObject
    /// Calls that are made on each connection after the subscription, such as `jobs.tail`.
    private let prepare: (ServerConnection) async throws(CallFailure) -> Void
    private(set) var view = JobView()
    private(set) var connection: ServerConnection?
    private var backoff = Backoff()
    private var generator = SystemRandomNumberGenerator()
    private var pause: Duration?

    /// Follows jobs.
    ///
    /// - Parameters:
    ///   - filter: Which jobs, as `jobs.subscribe` wants it.
    ///   - connection: A connection that stands already.
    ///   - prepare: Called with each connection after it has subscribed.
    init(
        _ filter: JSONObject,
        on connection: ServerConnection,
        prepare: @escaping (ServerConnection) async throws(CallFailure) -> Void = { _ in }
    ) {
        access = connection.access
        self.filter = filter
        self.connection = connection
        self.prepare = prepare
    }

    /// Subscribes on the connection that stands; what is refused now would always be.
    func begin() async throws(CommandFailure) {
        guard let connection else { return }
        do throws(CallFailure) {
            try await subscribe(on: connection)
        } catch {
            throw CommandFailure(error, address: access.address)
        }
    }

    /// Waits for what comes next.
    ///
    /// - Returns: The event.
    /// - Throws: A failure if the server does not want us back.
    func next() async throws(CommandFailure) -> Event {
        if let pause {
            self.pause = nil
            try? await Task.sleep(for: pause)
        }
        guard let connection else { return try await reconnect() }
        do throws(ConnectionLost) {
            while true {
                if let event = try event(of: try await connection.nextPush()) { return event }
            }
        } catch {
            return try await lose(error)
        }
    }

    private func subscribe(on connection: ServerConnection) async throws(CallFailure) {
        var params: JSONObject = ["filter": .object(filter)]
        params.merge(view.resumption) { $1 }
        view.begin(try await connection.call("jobs.subscribe", params))
        try await prepare(connection)
    }

    private func event(of push: Push) throws(ConnectionLost) -> Event? {
        switch push.method {
        case "jobs.sync":
            let wasComplete = view.isComplete
            let changes = view.apply(push.params)
            let isCompleting = view.isComplete && !wasComplete
            if isCompleting { backoff.reset() }
            return changes.isEmpty && !isCompleting
                ? nil : .changed(changes, completing: isCompleting)
        case "resources": return .resources(push.params)
        case "tick":
            guard view.agrees(with: push.params) else {
                view.doubt()
                throw ConnectionLost(reason: "this view is not the server's")
            }
            return nil
        default: return .pushed(push)
        }
    }

    private func lose(_ loss: ConnectionLost) async throws(CommandFailure) -> Event {
        await connection?.close()
        connection = nil
        guard !loss.isFinal else { throw CommandFailure(loss, address: access.address) }
        let pause = backoff.next(asked: loss.after, using: &generator)
        self.pause = pause
        return .lost(loss, retryAfter: pause)
    }

    private func reconnect() async throws(CommandFailure) -> Event {
        let fresh: ServerConnection
        do throws(WebSocketClientError) {
            fresh = try await access.attempt()
        } catch {
            let failure = CommandFailure(error, address: access.address)
            guard failure.status == .unreachable else { throw failure }
            return try await lose(ConnectionLost(reason: failure.message))
        }
        connection = fresh
        do throws(CallFailure) {
            try await subscribe(on: fresh)
        } catch {
            switch error {
            case .lost(let loss): return try await lose(loss)
            case .refused(let error) where error.retry:
                return try await lose(ConnectionLost(reason: error.message))
            case .refused(let error): throw CommandFailure(error)
            }
        }
        return try await next()
    }
}
