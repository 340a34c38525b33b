import CLibwebsockets

extension ServerCore {
    /// Sorts what the library tells.
    ///
    /// To the library a connection is a socket and nothing more: it parses nothing of what strangers send,
    /// for it meets some of that with an assertion.
    /// - Returns: 0 to go on, -1 to close the connection
    func handle(_ event: LibraryEvent) -> Int32 {
        guard let peer = peers[event.number] else { return 0 }
        switch event.reason {
        case LWS_CALLBACK_RAW_RX:
            return inEvent(of: peer) {
                received(UnsafeRawBufferPointer(start: event.bytes, count: event.count), from: peer)
            }
        case LWS_CALLBACK_RAW_WRITEABLE:
            return inEvent(of: peer) { writable(peer) }
        case LWS_CALLBACK_RAW_CLOSE, LWS_CALLBACK_WSI_DESTROY:
            peerIsGone(peer)
            return 0
        default:
            return 0
        }
    }

    private func inEvent(of peer: Peer, _ body: () -> Void) -> Int32 {
        peer.isInEvent = true
        body()
        peer.isInEvent = false
        return peer.isFinished ? -1 : 0
    }

    private func received(_ bytes: UnsafeRawBufferPointer, from peer: Peer) {
        heard(from: peer)
        switch peer.phase {
        case .open, .closing: readFrames(bytes, from: peer)
        case .leaving, .gone: break
        case .idle, .receivingBody, .answering, .writing:
            peer.input.append(contentsOf: bytes)
            advance(peer)
        }
    }

    /// The socket takes bytes again.
    private func writable(_ peer: Peer) {
        flush(peer)
        guard !peer.isChoked else { return }
        switch peer.phase {
        case .writing: partIsOut(of: peer)
        case .leaving: endSending(to: peer)
        case .open: drained(peer)
        case .idle, .receivingBody, .answering, .closing, .gone: break
        }
    }

    // MARK: - The end of a connection

    /// Closes a connection, with no farewell.
    func finish(_ peer: Peer) {
        guard !peer.isFinished else { return }
        peer.isFinished = true
        if !peer.isInEvent { kill(peer) }
    }

    /// Has the rest go out, and ends the connection once the client has seen it.
    ///
    /// To close at once, with bytes of the client's unread, would reset the connection, and what is on its
    /// way to the client could be lost with it.
    func leave(_ peer: Peer) {
        peer.phase = .leaving
        peer.since = loop.now
        peer.input = []
        updateReading(of: peer)
        watchDeadline(of: peer)
        if !peer.isChoked { endSending(to: peer) }
    }

    private func endSending(to peer: Peer) {
        if peer.isFarewelled {
            finish(peer)
        } else {
            shutdownSending(to: peer)
        }
    }
}
