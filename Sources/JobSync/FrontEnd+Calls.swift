import Authentication
import DequeModule
import JSON
import JobManagement
import JobProtocol
public import WebSockets

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
        if connection.identity == nil {
            connection.messagesBeforeLogin += 1
            guard connection.messagesBeforeLogin <= configuration.limits.messagesBeforeLogin else {
                sayGoodbye(to: connection, .talkative)
                return
            }
        }
        guard !connection.isHeldUp, !isBusy(connection) else {
            connection.parked.append(message)
            server.pauseReceiving(from: id)
            return
        }
        take(message, from: connection)
    }

    private func isBusy(_ connection: ClientConnection) -> Bool {
        let limits = configuration.limits
        return connection.callsInFlight >= limits.callsInFlight
            || connection.requestBytes >= limits.requestBytes
    }

    /// Whether a batch's calls may be under way beside those that are; one that has more than ever may
    /// be is taken up when there are no others.
    private func mayTake(_ batch: ReceivedBatch, from connection: ClientConnection) -> Bool {
        connection.callsInFlight == 0
            || connection.callsInFlight + batch.requests.count <= configuration.limits.callsInFlight
    }

    /// Goes on with a client that had too many calls under way.
    private func resume(_ connection: ClientConnection) {
        guard connection.isHeldUp else { return }
        while !isBusy(connection), !connection.isClosing {
            if let batch = connection.delayed {
                guard mayTake(batch, from: connection) else { return }
                connection.delayed = nil
                perform(batch, from: connection)
            } else if let message = connection.parked.popFirst() {
                take(message, from: connection)
            } else {
                break
            }
        }
        if !connection.isHeldUp { server.resumeReceiving(from: connection.id) }
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
            let address = address(fault.id, on: connection, batch: nil, size: bytes.count)
            fail(address, method: "", fault.error)
            countBadMessage(on: connection)
        case .single(let request):
            perform(request, from: connection, batch: nil, size: bytes.count)
        case .batch(let requests):
            let batch = ReceivedBatch(requests: requests, size: bytes.count)
            guard mayTake(batch, from: connection) else {
                connection.delayed = batch
                server.pauseReceiving(from: connection.id)
                return
            }
            perform(batch, from: connection)
        }
    }

    private func perform(_ batch: ReceivedBatch, from connection: ClientConnection) {
        let count = batch.requests.count
        let number = batches.begin(BatchAnswer(connection: connection.id, remaining: count))
        // In one commit as far as possible: then all are told of it in one frame.
        manager.gather {
            for request in batch.requests {
                // One of those before it may have been one too many.
                guard !connection.isClosing else {
                    batches.remove(number)
                    break
                }
                perform(request, from: connection, batch: number, size: batch.size / count)
            }
        }
    }

    private func address(
        _ id: RPCID?,
        on connection: ClientConnection,
        batch: Int?,
        size: Int
    ) -> ReplyAddress {
        ReplyAddress(
            connection: connection.id,
            id: id,
            batch: batch,
            size: size,
            since: clock.now
        )
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
        batch: Int?,
        size: Int
    ) {
        switch request {
        case .failure(let fault):
            let address = address(fault.id, on: connection, batch: batch, size: size)
            fail(address, method: "", fault.error)
            countBadMessage(on: connection)
        case .success(let request):
            connection.badMessagesInARow = 0
            let address = address(request.id, on: connection, batch: batch, size: size)
            do throws(RPCError) {
                let cost = cost(of: request, size: size)
                let method = try admit(request, cost, from: connection)
                try checkLength(of: address.batch)
                try call(method, request, cost, address, connection)
            } catch {
                fail(address, method: request.method, error)
            }
        }
    }

    /// Finds the method and checks that the caller may call it, now.
    private func admit(
        _ request: RPCRequest,
        _ cost: CallCost,
        from connection: ClientConnection
    ) throws(RPCError) -> ExposedMethod {
        if let wait = connection.rate.take(cost.weight, now: clock.now) {
            if connection.refusals.take(now: clock.now) != nil {
                sayGoodbye(to: connection, .tooManyCalls)
            }
            let after = Int((wait / .milliseconds(1)).rounded(.up))
            let counts = cost.weight == 1 ? "" : "; this one counts as \(cost.weight)"
            let problem = "more than \(configuration.limits.callsPerSecond) calls a second\(counts)"
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
        _ cost: CallCost,
        _ address: ReplyAddress,
        _ connection: ClientConnection
    ) throws(RPCError) {
        let params = try ParamsReader(request.params, allowed: method.params)
        let call = Call(connection: connection.id, identity: connection.identity, params: params)
        switch method.body {
        case .immediate(let body):
            succeed(address, method: method.name, try body(self, call))
        case .deferred, .reading, .making:
            connection.callsInFlight += 1
            connection.requestBytes += address.size
            var address = address
            address.isCostly = cost.bytes > 0
            if address.isCostly, let batch = address.batch { batches.becomeCostly(batch) }
            // Begins right here, so that calls reach the manager in the order in which they came.
            guard case .making = method.body else {
                Task.immediate { await carryOut(method, call, cost, address, connection) }
                return
            }
            let work = CallWork()
            let task = Task.immediate {
                await carryOut(method, call, cost, address, connection)
                work.isDone = true
                connection.works.remove(work)
            }
            guard !work.isDone else { return }
            work.task = task
            connection.works.insert(work)
        }
    }

    /// Carries out a call, if its answer may be long after others of the client's have gone.
    private func carryOut(
        _ method: ExposedMethod,
        _ call: Call,
        _ cost: CallCost,
        _ address: ReplyAddress,
        _ connection: ClientConnection
    ) async {
        if address.isCostly { await connection.answerAllowance.take(cost.bytes) }
        do throws(RPCError) {
            // Who has gone meanwhile does not want to know any more.
            guard connections[connection.id] != nil else { throw .connectionClosed }
            try checkLength(of: address.batch)
            switch method.body {
            case .immediate(let body):
                succeed(address, method: method.name, try body(self, call))
            case .deferred(let body):
                succeed(address, method: method.name, try await body(self, call))
            case .reading(let body), .making(let body):
                succeed(address, method: method.name, encoded: try await body(self, call))
            }
        } catch {
            fail(address, method: method.name, error)
        }
        if address.isCostly { connection.answerAllowance.give(cost.bytes) }
        connection.callsInFlight -= 1
        connection.requestBytes -= address.size
        guard connections[connection.id] != nil else { return }
        resume(connection)
    }

    /// Refuses further calls of a batch whose answer is long enough; it cannot be sent before all are there.
    ///
    /// All batches together have a limit too, beyond which each has no more than what every connection may.
    private func checkLength(of batch: Int?) throws(RPCError) {
        guard let batch, let count = batches.count(of: batch) else { return }
        let limits = configuration.limits
        if count >= limits.batchAnswerBytes {
            let most = limits.batchAnswerBytes
            throw .answerTooLong("the answers of this batch have more than \(most) bytes")
        }
        let most = limits.waitingAnswerBytes
        if count >= limits.answerBytes, batches.bytes + unreadBytes >= most {
            throw .answerTooLong("answers of more than \(most) bytes wait for all clients together")
        }
    }
}

extension RPCError {
    fileprivate static func answerTooLong(_ problem: String) -> RPCError {
        RPCError(.rateLimited, "\(problem); ask for less in one batch", retry: true)
    }
}
