import CLibwebsockets
import Glibc

extension ServerCore {
    /// Sends bytes as they are, after all that were to be sent before.
    func enqueue(_ bytes: ArraySlice<UInt8>, to peer: Peer) {
        let isFirst = !peer.isChoked
        peer.output.append(bytes)
        if isFirst { flush(peer) }
    }

    /// Offers the socket what it has not taken, and has the library say when it takes more.
    func flush(_ peer: Peer) {
        guard let wsi = peer.wsi else { return }
        while let piece = peer.output.first {
            let count = piece.withUnsafeBytes { bytes in
                let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
                return Glibc.send(
                    peer.seat.pointee.descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    flags
                )
            }
            if count >= 0 {
                peer.output.removeFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOBUFS, ENOMEM: lws_callback_on_writable(wsi)
            default:
                peer.output = OutputQueue()
                peer.phase = .leaving
                finish(peer)
            }
            return
        }
    }

    /// Tells the client that nothing more will come.
    func shutdownSending(to peer: Peer) {
        shutdown(peer.seat.pointee.descriptor, Int32(SHUT_WR))
    }

    /// Has the library read from a connection, or lets its sender wait.
    func updateReading(of peer: Peer) {
        guard let wsi = peer.wsi, peer.isReading != peer.wantsToRead else { return }
        peer.isReading = peer.wantsToRead
        lws_rx_flow_control(wsi, peer.isReading ? 1 : 0)
    }
}
