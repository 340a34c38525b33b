import Authentication
import JSON
import JobModel
import JobProtocol
import JobStorage
public import WebSockets

/// Why the server closes a connection; 4000 to 4499 mean come back, 4500 to 4999 mean don't.
struct CloseReason {
    let code: WebSocketCloseCode
    let text: String

    static let draining = CloseReason(4001, "the server is about to restart")
    static let anotherHistory = CloseReason(4006, "the list of jobs was replaced by another one")
    static let tooManyCalls = CloseReason(4007, "too many calls, though they were refused")
    static let tooManyUnread = CloseReason(4008, "too many answers that were not read")
    static let badToken = CloseReason(4501, "too many wrong tokens")
    static let notLoggedIn = CloseReason(4504, "not logged in in time")
    static let badMessages = CloseReason(4507, "too many messages that could not be read")
    static let talkative = CloseReason(4508, "too many messages before the login")

    private init(_ code: UInt16, _ text: String) {
        self.code = WebSocketCloseCode(rawValue: code)
        self.text = text
    }
}

extension FrontEnd: WebSocketServerDelegate {
    /// Lets a client in if its page and its name are acceptable.
    ///
    /// - Parameter request: The request.
    /// - Returns: Whether the WebSocket opens.
    public func connectionRequested(_ request: HTTPRequest) -> UpgradeDecision {
        if let refusal = refusal(of: request) { return .refuse(refusal) }
        guard !isDraining else {
            return .refuse(HTTPResponse(status: 503, text: "the server is about to restart\n"))
        }
        let access: ArrivingClient.Access
        if let identity = identity(of: request) {
            access = .known(identity: identity)
        } else if request.headers["Authorization"] != nil {
            return .refuse(HTTPResponse(status: 401, text: "the token is wrong\n"))
        } else {
            access = .unknown
        }
        arriving[request.connection] = ArrivingClient(
            address: "\(request.remoteAddress)",
            access: access
        )
        return .accept
    }

    /// Begins to serve a client.
    ///
    /// - Parameter id: The connection.
    public func connectionOpened(_ id: ConnectionID) {
        guard let client = arriving.removeValue(forKey: id) else { return }
        var identity: Identity?
        if case .known(let known) = client.access { identity = known }
        connections[id] = ClientConnection(
            id: id,
            address: client.address,
            openedAt: now().description,
            identity: identity,
            limits: configuration.limits,
            now: clock.now
        )
        statistics.connectionsOpened += 1
        configuration.recorder?.connectionOpened(id)
        if identity == nil {
            closeUnlessLoggedIn(id)
        } else {
            server.recognize(id)
        }
    }

    private func closeUnlessLoggedIn(_ id: ConnectionID) {
        Task {
            try? await Task.sleep(for: configuration.loginTimeout)
            guard let connection = connections[id], connection.identity == nil else { return }
            sayGoodbye(to: connection, .notLoggedIn)
        }
    }

    /// Goes on with a client whose socket has room again.
    ///
    /// - Parameter id: The connection.
    public func connectionDrained(_ id: ConnectionID) {
        guard let connection = connections[id] else { return }
        connection.isChoked = false
        if let committed = connection.unwritten.take() { wereWritten(committed, to: [id]) }
        noteAnswerSent(on: connection)
        while connection.takesPushes, let answer = connection.outbox.popFirst() {
            noteRead(answer, by: connection)
            transmit(answer, to: connection)
        }
        push(to: connection)
        for job in Array(connection.tails.keys) { pumpTail(of: job, on: connection) }
    }

    /// Forgets a client.
    ///
    /// - Parameters:
    ///   - id: The connection.
    ///   - code: How it ended.
    public func connectionClosed(_ id: ConnectionID, code: WebSocketCloseCode) {
        arriving[id] = nil
        guard let connection = connections.removeValue(forKey: id) else { return }
        leaveGroups(connection)
        loners.remove(id)
        subscribers.remove(id)
        unreadBytes -= connection.unreadBytes
        connection.answerAllowance.letAllGoOn()
        connection.logAllowance.letAllGoOn()
        for work in connection.works { work.task?.cancel() }
        configuration.recorder?.connectionClosed(id, code: code)
        for job in Array(connection.tails.keys) { stopFollowing(job, on: connection) }
        statistics.connectionsClosed[code.rawValue, default: 0] += 1
    }
}

// MARK: - Sending

extension FrontEnd {
    /// Sends an answer now, or as soon as those before it are gone.
    ///
    /// - Parameters:
    ///   - message: The answer.
    ///   - connection: Who called.
    ///   - isCostly: Whether further ones like it are to wait until this one is gone.
    func answer(_ message: [UInt8], to connection: ConnectionID, isCostly: Bool) {
        guard let connection = connections[connection], !connection.isClosing else { return }
        let answer = AnswerOutbox.Answer(
            frame: WebSocketFrame(text: message),
            isCostly: isCostly
        )
        guard connection.isChoked || !connection.outbox.isEmpty else {
            transmit(answer, to: connection)
            return
        }
        connection.outbox.append(answer)
        noteUnread(answer, by: connection)
        if connection.outbox.isOverfull { close(connection, .tooManyUnread) }
    }

    private func transmit(_ answer: AnswerOutbox.Answer, to connection: ClientConnection) {
        transmit(answer.frame, to: connection)
        guard connection.isChoked else { return }
        connection.unsentAnswer = answer
        noteUnread(answer, by: connection)
    }

    private func noteUnread(_ answer: AnswerOutbox.Answer, by connection: ClientConnection) {
        let bytes = answer.frame.count
        if answer.isCostly { connection.answerAllowance.add(bytes) }
        if connection.unreadBytes == 0 { connection.unreadSince = clock.now }
        connection.unreadBytes += bytes
        unreadBytes += bytes
        dropHoarders()
    }

    private func noteRead(_ answer: AnswerOutbox.Answer, by connection: ClientConnection) {
        let bytes = answer.frame.count
        if answer.isCostly { connection.answerAllowance.give(bytes) }
        connection.unreadSince = clock.now
        connection.unreadBytes -= bytes
        unreadBytes -= bytes
    }

    /// Takes in that the socket has taken all that it was given.
    private func noteAnswerSent(on connection: ClientConnection) {
        guard let answer = connection.unsentAnswer.take() else { return }
        noteRead(answer, by: connection)
    }

    /// Drops who has left much unread for longest, for as long as all clients together have left too much.
    ///
    /// Much is half of what anybody has left, so that nobody goes who has just been answered. Without a farewell,
    /// which would stand behind all that is not read.
    private func dropHoarders() {
        while unreadBytes > configuration.limits.unreadAnswerBytes {
            let most = connections.values.lazy.map(\.unreadBytes).max() ?? 0
            let hoarders = connections.values.lazy.filter { $0.unreadBytes > most / 2 }
            guard let hoarder = hoarders.min(by: { $0.unreadSince < $1.unreadSince }) else {
                return
            }
            forgetAnswers(of: hoarder)
            hoarder.isClosing = true
            leaveGroups(hoarder)
            server.drop(hoarder.id, code: CloseReason.tooManyUnread.code)
        }
    }

    private func forgetAnswers(of connection: ClientConnection) {
        unreadBytes -= connection.unreadBytes
        connection.unreadBytes = 0
        connection.unsentAnswer = nil
        connection.outbox = AnswerOutbox()
    }

    /// Hands a frame to the socket and notes whether that is full now.
    ///
    /// - Parameters:
    ///   - frame: The frame.
    ///   - connection: Who gets it.
    ///   - committed: When the oldest change in it was committed, if it tells of changes.
    func transmit(
        _ frame: WebSocketFrame,
        to connection: ClientConnection,
        committed: ContinuousClock.Instant? = nil
    ) {
        statistics.framesSent += 1
        configuration.recorder?.messageSent(frame, on: connection.id)
        note(server.send(frame, to: connection.id), of: connection, committed: committed)
    }

    /// Notes what became of a frame.
    func note(
        _ outcome: SendOutcome,
        of connection: ClientConnection,
        committed: ContinuousClock.Instant?
    ) {
        switch outcome {
        case .written:
            if let committed { wereWritten(committed, to: [connection.id]) }
        case .choked:
            connection.isChoked = true
            leaveGroups(connection)
            if let committed { connection.unwritten = committed }
        case .gone:
            connection.isClosing = true
            leaveGroups(connection)
        }
    }

    /// So many clients that are sent away together are to come back each second: half of what the
    /// server takes in while it has other things to do.
    private static let returnsPerSecond = 4000

    /// After how many milliseconds a client is to come back, by chance: all at once would be a storm.
    func returnDelay(among count: Int) -> Int {
        .random(in: 0...max(500, count * 1000 / Self.returnsPerSecond))
    }

    /// Tells a client why, and closes.
    func sayGoodbye(to connection: ClientConnection, _ reason: CloseReason, after: Int? = nil) {
        guard !connection.isClosing else { return }
        let bye = RPCReply.notification(
            "bye",
            [
                "code": .integer(Int(reason.code.rawValue)), "reason": .string(reason.text),
                "after": after.map { .integer($0) } ?? .null,
            ]
        )
        transmit(WebSocketFrame(text: bye), to: connection)
        close(connection, reason, after: after)
    }

    func close(_ connection: ClientConnection, _ reason: CloseReason, after: Int? = nil) {
        guard !connection.isClosing else { return }
        connection.isClosing = true
        // What waits in the outbox is not sent any more; what the socket has is, or goes with it.
        forgetAnswers(of: connection)
        leaveGroups(connection)
        let text = after.map { "\(reason.text); after=\($0)" } ?? reason.text
        server.close(connection.id, code: reason.code, reason: text)
    }
}
