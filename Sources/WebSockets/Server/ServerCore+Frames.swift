extension ServerCore {
    /// Reads the frames that came in the same packet as the request for the WebSocket.
    ///
    /// - Returns: False: nothing is left.
    func readFirstFrames(from peer: Peer) -> Bool {
        let input = peer.input
        peer.input = []
        input.withUnsafeBytes { readFrames($0, from: peer) }
        return false
    }

    /// Reads frames, and does what they ask for.
    func readFrames(_ bytes: UnsafeRawBufferPointer, from peer: Peer) {
        var rest = bytes
        while peer.phase == .open || peer.phase == .closing {
            do throws(FrameReader.Fault) {
                guard let event = try peer.reader.next(&rest, limit: messageLimit(of: peer)) else {
                    break
                }
                try take(event, from: peer)
            } catch {
                fail(peer, error)
            }
        }
        sendPongs(to: peer)
    }

    /// How long a message may be: little may come from those who may send nothing that matters.
    private func messageLimit(of peer: Peer) -> Int {
        guard peer.isStranger else { return configuration.maximumMessageBytes }
        return min(configuration.maximumStrangerMessageBytes, configuration.maximumMessageBytes)
    }

    private func take(_ event: FrameReader.Event, from peer: Peer) throws(FrameReader.Fault) {
        switch event {
        case .pong: break
        case .ping(let payload): pinged(payload, by: peer)
        case .close(let payload): closeArrived(payload, from: peer)
        case .message(let bytes, let isDeflated):
            guard peer.phase == .open else { return }
            sendPongs(to: peer)
            let message = isDeflated ? try inflate(bytes, of: peer) : bytes
            guard message.isUTF8 else {
                throw FrameReader.Fault(code: .invalidPayload, reason: "not UTF-8")
            }
            let id = peer.id
            delegate?.assumeIsolated { $0.messageReceived(message, on: id) }
        }
    }

    private func inflate(_ bytes: [UInt8], of peer: Peer) throws(FrameReader.Fault) -> [UInt8] {
        guard let inflater else { throw .protocolError("a reserved bit is set") }
        let limit = messageLimit(of: peer)
        do throws(MessageInflater.Fault) {
            return try inflater.inflate(bytes, limit: limit)
        } catch {
            switch error {
            case .tooBig: throw .tooBig(limit)
            case .damaged:
                throw FrameReader.Fault(code: .invalidPayload, reason: "not compressed as agreed")
            }
        }
    }

    /// Closes a connection on which nothing that comes can be relied on any more.
    private func fail(_ peer: Peer, _ fault: FrameReader.Fault) {
        if peer.phase == .open {
            let isTooBig = fault.code == .messageTooBig && peer.isStranger
            let reason = isTooBig ? fault.reason + " before the login" : fault.reason
            peer.closeCode = fault.code
            sendPongs(to: peer)
            write(WebSocketFrame(closing: fault.code, reason: reason), to: peer)
        }
        if peer.phase != .leaving { leave(peer) }
    }

    /// The client closes, or answers our closing.
    private func closeArrived(_ payload: [UInt8], from peer: Peer) {
        peer.isFarewelled = true
        if peer.phase == .open {
            let farewell = ClientFarewell(payload)
            peer.closeCode = farewell.code
            sendPongs(to: peer)
            write(farewell.answer, to: peer)
        }
        if peer.phase != .leaving { leave(peer) }
    }

    // MARK: - Pings

    /// Each ping is answered, as long as the socket takes the pongs; of those that come meanwhile the newest.
    private func pinged(_ payload: [UInt8], by peer: Peer) {
        guard peer.phase == .open else { return }
        if peer.isChoked {
            peer.latePing = payload
        } else {
            peer.pongs += Self.pong(payload).wire
        }
    }

    /// Sends pongs together: a system call for each would be a way to keep the server busy.
    private func sendPongs(to peer: Peer) {
        guard !peer.pongs.isEmpty else { return }
        let pongs = peer.pongs
        peer.pongs = []
        guard peer.phase == .open else { return }
        enqueue(pongs[...], to: peer)
        becameChoked(peer, wasChoked: false)
    }

    /// Answers the ping that came while the socket was full.
    func sendLatePong(to peer: Peer) {
        guard let payload = peer.latePing.take() else { return }
        write(Self.pong(payload), to: peer)
    }

    private static func pong(_ payload: [UInt8]) -> WebSocketFrame {
        WebSocketFrame(opcode: .pong, reserving: payload.count) { $0 += payload }
    }
}
