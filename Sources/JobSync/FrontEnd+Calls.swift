import Authentication
import DequeModule
import JSON
import JobManagement
import JobProtocol
public import WebSockets

/// The answers of a batch, until all are there.
struct BatchAnswer {
    let connection: ConnectionID
    private(set) var remaining: Int
    /// A list that is still open; empty while there is nothing to answer.
    private(set) var answers: [UInt8] = []

    init(connection: ConnectionID, remaining: Int) {
        self.connection = connection
        self.remaining = remaining
    }

    /// Takes in what a call is answered, if it is.
    mutating func append(_ answer: [UInt8]) {
        remaining -= 1
        guard !answer.isEmpty else { return }
        answers.append(answers.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
        answers.append(contentsOf: answer)
    }
}

/// Where the answer to a call goes.
struct ReplyAddress {
    let connection: ConnectionID
    /// Nil for a notification, which is not answered.
    let id: RPCID?
    let batch: Int?
    /// When the call was taken up.
    let since: ContinuousClock.Instant
}

extension FrontEnd {
    private static let badMessageLimit = 20

    /// Takes a message from a client.
    ///
    /// - Parameters:
    ///   - message: The text.
    ///   - id: Who sent it.
    public func messageReceived(_ message: [UInt8], on id: ConnectionID) {
        guard let connection = connections[id], !connection.isClosing else { return }
        statistics.messagesReceived += 1
        statistics.bytesReceived += message.count
        configuration.recorder?.messageReceived(message, on: id)
        guard connection.parked.isEmpty, !isBusy(connection) else {
            connection.parked.append(message)
            server.pauseReceiving(from: id)
            return
        }
        take(message, from: connection)
    }

    private func isBusy(_ connection: ClientConnection) -> Bool {
        connection.callsInFlight >= configuration.limits.callsInFlight
    }

    /// Goes on with a client that had too many calls under way.
    private func resume(_ connection: ClientConnection) {
        guard !connection.parked.isEmpty else { return }
        while !isBusy(connection), !connection.isClosing,
            let message = connection.parked.popFirst()
        {
            take(message, from: connection)
        }
        if connection.parked.isEmpty { server.resumeReceiving(from: connection.id) }
    }

    private func take(_ bytes: [UInt8], from connection: ClientConnection) {
        let limits = configuration.limits
        let message = RPCMessage(
            parsing: bytes,
            maximumDepth: limits.nesting,
            maximumBatch: limits.batch
        )
        switch message {
        case .unreadable(let fault):
            let address = address(fault.id, on: connection, batch: nil)
            fail(address, method: "", fault.error)
            countBadMessage(on: connection)
        case .single(let request):
            perform(request, from: connection, batch: nil)
        case .batch(let requests):
            lastBatch += 1
            let batch = lastBatch
            batches[batch] = BatchAnswer(connection: connection.id, remaining: requests.count)
            // In one commit as far as possible: then all are told of it in one frame.
            manager.gather {
                for request in requests { perform(request, from: connection, batch: batch) }
            }
        }
    }

    private func address(
        _ id: RPCID?,
        on connection: ClientConnection,
        batch: Int?
    ) -> ReplyAddress {
        ReplyAddress(connection: connection.id, id: id, batch: batch, since: clock.now)
    }

    private func countBadMessage(on connection: ClientConnection) {
        connection.badMessagesInARow += 1
        if connection.badMessagesInARow >= Self.badMessageLimit {
            sayGoodbye(to: connection, .badMessages)
        }
    }

    private func perform(
        _ request: Result<RPCRequest, RPCFault>,
        from connection: ClientConnection,
        batch: Int?
    ) {
        switch request {
        case .failure(let fault):
            let address = address(fault.id, on: connection, batch: batch)
            fail(address, method: "", fault.error)
            countBadMessage(on: connection)
        case .success(let request):
            connection.badMessagesInARow = 0
            let address = address(request.id, on: connection, batch: batch)
            do throws(RPCError) {
                let method = try admit(request, from: connection)
                try call(method, request, address, connection)
            } catch {
                fail(address, method: request.method, error)
            }
        }
    }

    /// Finds the method and checks that the caller may call it, now.
    private func admit(
        _ request: RPCRequest,
        from connection: ClientConnection
    ) throws(RPCError) -> ExposedMethod {
        if let wait = connection.rate.take(now: clock.now) {
            let after = Int((wait / .milliseconds(1)).rounded(.up))
            let problem = "more than \(configuration.limits.callsPerSecond) calls a second"
            throw RPCError(.rateLimited, problem, details: ["after": .integer(after)], retry: true)
        }
        guard let method = ExposedMethod.named[request.method] else {
            throw RPCError(
                .methodNotFound,
                "there is no method \"\(request.method)\"",
                details: ["method": .string(request.method)]
            )
        }
        guard method.isOpen || connection.identity != nil else {
            throw RPCError(.unauthenticated, "call session.authenticate first")
        }
        if let permission = method.permission,
            connection.identity?.permissions.contains(permission) != true
        {
            throw RPCError(
                .forbidden,
                "\(method.name) needs the permission \(permission.rawValue)",
                details: ["permission": .string(permission.rawValue)]
            )
        }
        return method
    }

    private func call(
        _ method: ExposedMethod,
        _ request: RPCRequest,
        _ address: ReplyAddress,
        _ connection: ClientConnection
    ) throws(RPCError) {
        let params = try ParamsReader(request.params, allowed: method.params)
        let call = Call(connection: connection.id, identity: connection.identity, params: params)
        switch method.body {
        case .immediate(let body):
            succeed(address, method: method.name, try body(self, call))
        case .deferred(let body):
            connection.callsInFlight += 1
            // Begins right here, so that calls reach the manager in the order in which they came.
            Task.immediate {
                do throws(RPCError) {
                    succeed(address, method: method.name, try await body(self, call))
                } catch {
                    fail(address, method: method.name, error)
                }
                finishCall(on: address.connection)
            }
        }
    }

    private func finishCall(on id: ConnectionID) {
        guard let connection = connections[id] else { return }
        connection.callsInFlight -= 1
        resume(connection)
    }

    // MARK: Answering

    private func succeed(_ address: ReplyAddress, method: String, _ result: JSONValue) {
        statistics.count(method, nil, clock.now - address.since)
        reply(address) { RPCReply.append(result: result, id: $1, to: &$0) }
    }

    private func fail(_ address: ReplyAddress, method: String, _ error: RPCError) {
        // The names of methods that there are not are the callers' own, and any number.
        let known = ExposedMethod.named[method] == nil ? "" : method
        statistics.count(known, error, clock.now - address.since)
        reply(address) { RPCReply.append(error: error, id: $1, to: &$0) }
    }

    private func reply(_ address: ReplyAddress, _ write: (inout [UInt8], RPCID) -> Void) {
        var message: [UInt8] = []
        if let id = address.id { write(&message, id) }
        if let batch = address.batch {
            collect(message, in: batch)
        } else if !message.isEmpty {
            answer(message, to: address.connection)
        }
        if address.batch == nil { release(address.connection) }
    }

    private func collect(_ answer: [UInt8], in number: Int) {
        batches[number]?.append(answer)
        guard let batch = batches[number], batch.remaining == 0 else { return }
        batches[number] = nil
        if !batch.answers.isEmpty {
            self.answer(batch.answers + [UInt8(ascii: "]")], to: batch.connection)
        }
        release(batch.connection)
    }

    /// Lets subscriptions begin whose calls are answered.
    private func release(_ id: ConnectionID) {
        guard let connection = connections[id],
            connection.subscriptions.contains(where: \.isHeld)
        else { return }
        for index in connection.subscriptions.indices {
            connection.subscriptions[index].isHeld = false
        }
        push(to: connection)
        if resources.told == nil { refreshResources() }
    }
}
