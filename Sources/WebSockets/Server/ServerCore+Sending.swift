import CLibwebsockets

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
    func write(_ frame: WebSocketFrame, to peer: Peer, taken: Int? = nil) -> Bool {
        guard let wsi = peer.wsi else { return false }
        let frame = form(of: frame, for: peer)
        let isWritten = frame.withBytes { bytes in
            let taken = taken ?? peer.seat.pointee.offer(bytes)
            guard taken < bytes.count, let start = bytes.baseAddress else { return true }
            // The library sends what is left once the socket has room, and says so.
            return clws_write(wsi, start + taken, bytes.count - taken) >= 0
        }
        guard isWritten else {
            peer.phase = .closing
            peer.since = loop.now
            kill(peer)
            return false
        }
        peer.seat.pointee.bytesSent += UInt64(frame.count)
        bytesSent += UInt64(frame.count)
        if !peer.isChoked, lws_partial_buffered(wsi) != 0 {
            peer.isChoked = true
            peer.since = loop.now
            _ = peer.madeProgress()
            watchDeadline(of: peer)
        }
        return true
    }
}
