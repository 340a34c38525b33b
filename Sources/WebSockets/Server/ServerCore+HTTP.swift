extension ServerCore {
    /// Reads on in what has come of requests, as far as it can be answered.
    func advance(_ peer: Peer) {
        guard !peer.isAdvancing else { return }
        peer.isAdvancing = true
        defer { peer.isAdvancing = false }
        while step(peer) {}
        updateReading(of: peer)
    }

    /// - Returns: whether there may be more to do
    private func step(_ peer: Peer) -> Bool {
        switch peer.phase {
        case .idle: readHead(of: peer)
        case .receivingBody: readBody(of: peer)
        case .open, .closing:
            // What came along with the request.
            readFirstFrames(from: peer)
        case .answering, .writing, .leaving, .gone: false
        }
    }

    private func readHead(of peer: Peer) -> Bool {
        guard !peer.input.isEmpty else { return false }
        if peer.requestSince == nil {
            peer.requestSince = loop.now
            watchDeadline(of: peer)
        }
        switch RequestHead.read(peer.input, after: peer.looked) {
        case .incomplete:
            peer.looked = peer.input.count
            return false
        case .refused(let response):
            refuse(peer, response)
        case .complete(let head, let count):
            peer.input.removeFirst(count)
            peer.looked = 0
            begin(head, of: peer)
        }
        return true
    }

    private func begin(_ head: RequestHead, of peer: Peer) {
        let request = HTTPRequest(
            method: head.method,
            path: head.path,
            query: head.query,
            headers: head.headers,
            remoteAddress: peer.address,
            connection: peer.id
        )
        peer.keepsConnection = head.keepsConnection
        peer.request = request
        guard ["GET", "HEAD", "POST"].contains(head.method) else {
            refuse(peer, .methodNotAllowed)
            return
        }
        if head.headers["upgrade"] != nil {
            upgrade(peer, request)
            return
        }
        switch RequestBody(of: head, limit: configuration.maximumRequestBodyBytes) {
        case .none:
            answer(peer)
        case .expected(let count):
            peer.phase = .receivingBody
            peer.bodyCount = count
            if head.headers["expect"]?.lowercased() == "100-continue" {
                enqueue(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)[...], to: peer)
            }
        case .refused(let response):
            refuse(peer, response)
        }
    }

    private func readBody(of peer: Peer) -> Bool {
        guard !peer.input.isEmpty, let had = peer.request?.body.count else { return false }
        let piece = peer.input.prefix(peer.bodyCount - had)
        peer.request?.body += piece
        peer.input.removeFirst(piece.count)
        guard had + piece.count == peer.bodyCount else { return false }
        answer(peer)
        return true
    }

    /// Asks the delegate for an answer.
    private func answer(_ peer: Peer) {
        guard let request = peer.request, let delegate else { return finish(peer) }
        peer.phase = .answering
        peer.requestSince = nil
        peer.since = loop.now
        let number = peer.id.rawValue
        // Runs right here up to the first wait, so an answer that needs none is there when this comes back.
        let thinking = Task.immediate {
            let response = await delegate.respond(to: request)
            deliver(response, to: number)
        }
        guard peer.phase == .answering else { return }
        peer.thinking = thinking
        watchDeadline(of: peer)
    }

    /// Takes the delegate's answer.
    private func deliver(_ response: HTTPResponse, to number: UInt64) {
        guard let peer = peers[number], peer.phase == .answering, let request = peer.request else {
            return
        }
        peer.thinking = nil
        let bytes = response.wireBytes(
            method: request.method,
            keepsConnection: peer.keepsConnection
        )
        peer.phase = .writing
        if response.hasBody(for: request.method), let stream = response.stream {
            peer.stream = OutgoingStream(stream)
        }
        write(bytes, to: peer)
    }

    /// Sends a part of an answer, and goes on once the socket has taken it.
    func write(_ bytes: [UInt8], to peer: Peer) {
        peer.since = loop.now
        peer.answerLimit =
            loop.now + timeouts.handshake + UInt64(bytes.count) / HTTPLimits.slowestReading
        enqueue(bytes[...], to: peer)
        if peer.isChoked {
            _ = peer.madeProgress()
            watchDeadline(of: peer)
        } else if peer.phase == .writing {
            partIsOut(of: peer)
        }
    }

    /// The socket has taken what there was of an answer.
    func partIsOut(of peer: Peer) {
        guard peer.stream == nil else { return makePiece(for: peer) }
        answerIsOut(of: peer)
    }

    /// The socket has taken the whole answer.
    func answerIsOut(of peer: Peer) {
        peer.request = nil
        guard peer.keepsConnection else { return leave(peer) }
        peer.phase = .idle
        peer.since = loop.now
        watchDeadline(of: peer)
        advance(peer)
    }

    /// Answers at once, and has the connection closed.
    func refuse(_ peer: Peer, _ response: HTTPResponse) {
        let method = peer.request?.method ?? "GET"
        enqueue(response.wireBytes(method: method, keepsConnection: false)[...], to: peer)
        if peer.phase != .leaving { leave(peer) }
    }
}

extension HTTPResponse {
    /// For a verb that nothing here answers to.
    static let methodNotAllowed: HTTPResponse = {
        var response = HTTPResponse(status: 405, text: "Only GET, HEAD and POST.\n")
        response.headers["Allow"] = "GET, HEAD, POST"
        return response
    }()
}
