import CLibwebsockets

extension ServerCore {
    /// The library has parsed a request's head.
    func requestArrived(at peer: Peer) -> Int32 {
        guard let wsi = peer.wsi else { return -1 }
        // The library would give the delegate's thinking the time that it gives to a body.
        lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0)
        let reader = RequestReader(wsi: wsi)
        peer.hasHadRequest = true
        peer.keepsConnection = reader.keepsConnection
        peer.since = loop.now
        guard let request = reader.request(from: peer.address, on: peer.id) else {
            return refuse(peer, .methodNotAllowed)
        }
        peer.request = request
        switch RequestBody(of: request, limit: configuration.maximumRequestBodyBytes) {
        case .none:
            return answer(peer)
        case .expected(let count):
            peer.phase = .receivingBody
            peer.bodyCount = count
            watchDeadline(of: peer)
            if request.headers["expect"]?.lowercased() == "100-continue" {
                _ = write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)[...], to: wsi)
            }
            return 0
        case .tooLarge(let response):
            // Closing now would reset the connection, and the answer could be lost with it.
            _ = refuse(peer, response)
            peer.phase = .discardingBody
            watchDeadline(of: peer)
            return 0
        case .refused(let response):
            return refuse(peer, response)
        }
    }

    func bodyArrived(_ event: LibraryEvent, at peer: Peer) {
        guard peer.phase == .receivingBody, let bytes = event.bytes else { return }
        peer.since = loop.now
        peer.request?.body.append(
            contentsOf: UnsafeRawBufferPointer(start: bytes, count: event.count)
        )
    }

    func bodyCompleted(at peer: Peer) -> Int32 {
        switch peer.phase {
        case .receivingBody: answer(peer)
        case .discardingBody: -1
        case .writing: writeOutput(of: peer)
        default: 0
        }
    }

    /// Asks the delegate for an answer.
    private func answer(_ peer: Peer) -> Int32 {
        guard let wsi = peer.wsi, let request = peer.request, let delegate else { return -1 }
        guard ["GET", "HEAD", "POST"].contains(request.method) else {
            return refuse(peer, .methodNotAllowed)
        }
        peer.phase = .answering
        peer.isInEvent = true
        let number = peer.id.rawValue
        // Runs right here up to the first wait, so an answer that needs none is there when this
        // comes back, and goes out within the library's event.
        Task.immediate {
            let response = await delegate.respond(to: request)
            deliver(response, to: number)
        }
        peer.isInEvent = false
        if peer.phase == .writing {
            return writeOutput(of: peer)
        }
        // The library would spin on bytes that it may not read yet.
        lws_rx_flow_control(wsi, 0)
        return 0
    }

    /// Takes the delegate's answer.
    private func deliver(_ response: HTTPResponse, to number: UInt64) {
        guard let peer = peers[number], peer.phase == .answering, let request = peer.request,
            let wsi = peer.wsi
        else { return }
        peer.output = response.wireBytes(
            method: request.method,
            keepsConnection: peer.keepsConnection
        )
        peer.outputSent = 0
        peer.phase = .writing
        peer.since = loop.now
        if !peer.isInEvent {
            lws_rx_flow_control(wsi, 1)
            lws_callback_on_writable(wsi)
        }
    }

    /// Writes as much of the answer as the socket takes, on an event of the library's.
    func writeOutput(of peer: Peer) -> Int32 {
        guard let wsi = peer.wsi else { return -1 }
        while peer.outputSent < peer.output.count {
            guard lws_partial_buffered(wsi) == 0 else {
                _ = peer.madeProgress()
                watchDeadline(of: peer)
                lws_callback_on_writable(wsi)
                return 0
            }
            let piece = peer.output[peer.outputSent...].prefix(HTTPLimits.pieceBytes)
            guard write(piece, to: wsi) >= 0 else { return -1 }
            peer.outputSent += piece.count
        }
        peer.output = []
        peer.request = nil
        peer.phase = .idle
        peer.since = loop.now
        watchDeadline(of: peer)
        // On -1 the library sends what it still holds before it closes.
        guard peer.keepsConnection else { return -1 }
        return lws_http_transaction_completed(wsi) == 0 ? 0 : -1
    }

    /// Answers at once, and has the connection closed.
    ///
    /// With our own status line: the library's would say HTTP/1.0, which strict clients reject.
    /// - Returns: -1
    func refuse(_ peer: Peer, _ response: HTTPResponse) -> Int32 {
        guard let wsi = peer.wsi else { return -1 }
        let method = peer.request?.method ?? "GET"
        _ = write(response.wireBytes(method: method, keepsConnection: false)[...], to: wsi)
        return -1
    }

    private func write(_ bytes: ArraySlice<UInt8>, to wsi: OpaquePointer) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return clws_write(wsi, start, buffer.count)
        }
    }
}
