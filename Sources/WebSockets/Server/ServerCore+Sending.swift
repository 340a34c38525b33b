extension ServerCore {
    func send(_ frame: WebSocketFrame, to connection: ConnectionID) -> SendOutcome {
        guard let peer = peers[connection.rawValue], peer.phase == .open else { return .gone }
        return outcome(of: frame, to: peer)
    }

    /// Sends a frame to many; nothing is touched of those whose sockets take it but their seats.
    func send(
        _ frame: WebSocketFrame,
        to connections: ArraySlice<ConnectionID>
    ) -> [(connection: ConnectionID, outcome: SendOutcome)] {
        var exceptions: [(connection: ConnectionID, outcome: SendOutcome)] = []
        let mayBeDeflated = frame.payloadCount >= configuration.compressedFrom ?? .max
        var total: UInt64 = 0
        frame.withBytes { bytes in
            for connection in connections {
                var taken: Int?
                if let seat = seats[connection], !mayBeDeflated || !seat.pointee.takesDeflated {
                    let count = seat.pointee.offer(bytes)
                    if count == bytes.count {
                        seat.pointee.bytesSent += UInt64(count)
                        total += UInt64(count)
                        continue
                    }
                    taken = count
                }
                let outcome: SendOutcome =
                    if let peer = peers[connection.rawValue] {
                        self.outcome(of: frame, to: peer, taken: taken)
                    } else {
                        .gone
                    }
                if outcome != .written { exceptions.append((connection, outcome)) }
            }
        }
        bytesSent += total
        return exceptions
    }

    private func outcome(
        of frame: WebSocketFrame,
        to peer: Peer,
        taken: Int? = nil
    ) -> SendOutcome {
        guard peer.phase == .open, write(frame, to: peer, taken: taken) else { return .gone }
        return peer.isChoked ? .choked : .written
    }

    /// A frame as the client is to get it: compressed where that was agreed and is worth it.
    private func form(of frame: WebSocketFrame, for peer: Peer) -> WebSocketFrame {
        guard peer.takesDeflated, let deflater, let least = configuration.compressedFrom,
            frame.payloadCount >= least
        else { return frame }
        return frame.deflated(by: deflater)
    }

    /// Writes directly, whether or not the library has said that the socket can be written: waiting
    /// to be told costs four system calls a message.
    ///
    /// - Parameters:
    ///   - frame: The frame.
    ///   - peer: Who gets it.
    ///   - taken: How much of it the socket has taken already, if it was offered it.
    /// - Returns: Whether the connection still stands.
    @discardableResult
    func write(_ frame: WebSocketFrame, to peer: Peer, taken: Int? = nil) -> Bool {
        guard peer.wsi != nil else { return false }
        let frame = form(of: frame, for: peer)
        let wasChoked = peer.isChoked
        let taken = taken ?? frame.withBytes { peer.seat.pointee.offer($0) }
        if taken < frame.count { enqueue(frame.wire.dropFirst(taken), to: peer) }
        guard !peer.isFinished else { return false }
        peer.seat.pointee.bytesSent += UInt64(frame.count)
        bytesSent += UInt64(frame.count)
        becameChoked(peer, wasChoked: wasChoked)
        return true
    }

    /// Looks after a client from the moment on in which its socket is full.
    func becameChoked(_ peer: Peer, wasChoked: Bool) {
        guard peer.isChoked, !wasChoked else { return }
        peer.since = loop.now
        _ = peer.madeProgress()
        watchDeadline(of: peer)
    }
}
