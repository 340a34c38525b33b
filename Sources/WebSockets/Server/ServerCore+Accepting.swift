import CLibwebsockets
import Glibc

extension ServerCore {
    /// How many connections are accepted before those that are there get their turn.
    private static let acceptsPerTurn = 256
    /// How long to wait when there are no descriptors left, in milliseconds.
    private static let acceptPause: UInt64 = 200

    func accept(from listener: Int32) {
        guard let context else { return }
        for _ in 0..<Self.acceptsPerTurn {
            var storage = sockaddr_storage()
            let descriptor = clws_accept(listener, &storage)
            guard descriptor >= 0 else {
                switch errno {
                case ECONNABORTED, EINTR: continue
                case EAGAIN: return
                default:
                    // Out of descriptors or memory. The socket stays readable, so watching on
                    // would mean running in circles.
                    for watcher in watchers {
                        watcher.pause()
                    }
                    acceptTimer?.schedule(afterMilliseconds: Self.acceptPause)
                    return
                }
            }
            guard peers.count < configuration.maximumConnections else {
                turnAway(descriptor)
                continue
            }
            var yes: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
            adopt(descriptor, from: NetworkAddress(storage), into: context)
        }
    }

    func resumeAccepting() {
        for watcher in watchers {
            watcher.resume()
        }
    }

    func stopAccepting() {
        for watcher in watchers {
            watcher.close()
        }
        watchers = []
    }

    private func adopt(
        _ descriptor: Int32,
        from address: NetworkAddress,
        into context: LibraryContext
    ) {
        let id = seats.take(Self.newNumber())
        guard let seat = seats[id] else { preconditionFailure("a seat that was taken is there") }
        let peer = Peer(id: id, address: address, seat: seat, now: loop.now)
        peers[peer.id.rawValue] = peer
        var info = lws_adopt_desc_t()
        info.vh = context.host
        info.type = lws_adoption_type(LWS_ADOPT_SOCKET.rawValue | LWS_ADOPT_HTTP.rawValue)
        info.fd.sockfd = descriptor
        info.opaque = UnsafeMutableRawPointer(bitPattern: UInt(peer.id.rawValue))
        // Closes the socket itself if it fails.
        guard let wsi = lws_adopt_descriptor_vhost_via_info(&info) else {
            peerIsGone(peer)
            return
        }
        peer.wsi = wsi
        watchDeadline(of: peer)
    }

    private func turnAway(_ descriptor: Int32) {
        let response = HTTPResponse(status: 503, text: "Too many connections.\n")
        let bytes = response.wireBytes(method: "GET", keepsConnection: false)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(descriptor, Int32(SHUT_WR))
        Glibc.close(descriptor)
    }
}
