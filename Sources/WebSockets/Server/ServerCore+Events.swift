import CLibwebsockets

extension ServerCore {
    /// Sorts what the library tells.
    ///
    /// - Returns: 0 to go on, -1 to close the connection
    func handle(_ event: LibraryEvent) -> Int32 {
        guard let peer = peers[event.number] else { return 0 }
        switch event.reason {
        case LWS_CALLBACK_RECEIVE:
            heard(from: peer)
            received(event, from: peer)
            return 0
        case LWS_CALLBACK_RECEIVE_PONG:
            heard(from: peer)
            return 0
        case LWS_CALLBACK_SERVER_WRITEABLE:
            writable(peer)
            return 0
        case LWS_CALLBACK_HTTP:
            return requestArrived(at: peer)
        case LWS_CALLBACK_HTTP_BODY:
            bodyArrived(event, at: peer)
            return 0
        case LWS_CALLBACK_HTTP_BODY_COMPLETION:
            return bodyCompleted(at: peer)
        case LWS_CALLBACK_HTTP_WRITEABLE:
            return peer.phase == .writing ? writeOutput(of: peer) : 0
        case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
            return upgradeRequested(event, by: peer)
        case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
            peer.takesDeflated = peer.offersDeflate
            return peer.offersDeflate ? 0 : 1
        case LWS_CALLBACK_ESTABLISHED:
            opened(peer)
            return 0
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            return closeArrived(event, at: peer)
        case LWS_CALLBACK_RAW_ADOPT:
            // The library makes a tunnel of a CONNECT; nobody asked for one.
            return refuse(peer, .methodNotAllowed)
        case LWS_CALLBACK_CLOSED, LWS_CALLBACK_CLOSED_HTTP, LWS_CALLBACK_WSI_DESTROY:
            peerIsGone(peer)
            return 0
        default:
            return 0
        }
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
