/// What an echoing server did about some bytes.
struct Reaction: Equatable {
    /// The messages that came back.
    var texts: [String] = []
    /// The payloads of pongs.
    var pongs: [String] = []
    /// The code of the first close frame that came, 0 for a close frame without; nil if none came.
    var closeCode: Int?
    /// Whether a message that was sent at the end still got its echo.
    var isOpen = false
}

extension Harness {
    static let lastWord = "still here?"

    /// Sends bytes on a new WebSocket, and a good message behind them.
    ///
    /// - Parameters:
    ///   - bytes: what is sent
    ///   - piece: how many bytes at a time; nil for all at once
    ///   - pongs: how many pongs to wait for besides the good message's echo
    ///   - offer: which extensions the client offers, if any
    /// - Returns: what came up to there, or up to the end of the connection
    /// - Throws: if there is no WebSocket to be had
    func reaction(
        to bytes: [UInt8],
        piece: Int? = nil,
        pongs: Int = 0,
        offer: String? = nil
    ) async throws -> Reaction {
        let socket = try await webSocket(offer: offer)
        let all = bytes + HandmadeFrame.text(Self.lastWord)
        let size = piece ?? all.count
        for start in stride(from: 0, to: all.count, by: size) {
            // The server may have closed already.
            guard (try? await socket.send(Array(all[start...].prefix(size)))) != nil else { break }
        }
        var reaction = Reaction()
        while !reaction.isOpen || reaction.pongs.count < pongs,
            let frame = try? await socket.receiveFrame()
        {
            switch frame.opcode {
            case 0x1 where frame.text == Self.lastWord: reaction.isOpen = true
            case 0x1: reaction.texts.append(frame.text)
            case 0xA: reaction.pongs.append(frame.text)
            case 0x8:
                reaction.closeCode = reaction.closeCode ?? frame.closeCode
                try? await socket.sendFrame(0x8, Array(frame.payload.prefix(2)))
            default: break
            }
        }
        return reaction
    }
}
