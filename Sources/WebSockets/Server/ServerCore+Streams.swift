/// An answer's body on its way to a client, of which the next piece is made once the socket has taken the last.
struct OutgoingStream {
    let body: HTTPBodyStream
    /// How many bytes are still to be made.
    var left: Int
    /// The next piece is being made, and the socket has taken all others.
    var isMakingPiece = false

    init(_ body: HTTPBodyStream) {
        self.body = body
        left = body.count
    }
}

extension ServerCore {
    /// Has the next piece made of what a client is sent; nothing of it is done on this thread.
    func makePiece(for peer: Peer) {
        guard let stream = peer.stream, !stream.isMakingPiece, !peer.isFinished else { return }
        guard stream.left > 0 else {
            // Lets go of what made it before the next request is read.
            peer.stream = nil
            return answerIsOut(of: peer)
        }
        peer.stream?.isMakingPiece = true
        let (number, body) = (peer.id.rawValue, stream.body)
        Task {
            let piece = await body.next()
            take(piece ?? [], for: number)
        }
    }

    /// Sends the next piece, if the client is still there.
    private func take(_ piece: [UInt8], for number: UInt64) {
        guard let peer = peers[number], peer.phase == .writing, let stream = peer.stream else {
            return
        }
        // Less than was promised cannot be told the client, more would be taken for the next answer.
        guard !piece.isEmpty, piece.count <= stream.left else {
            peer.stream = nil
            return finish(peer)
        }
        peer.stream?.isMakingPiece = false
        peer.stream?.left -= piece.count
        write(piece, to: peer)
    }
}
