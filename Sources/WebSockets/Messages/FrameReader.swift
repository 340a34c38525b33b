/// Takes apart what a client sends on a WebSocket (RFC 6455, section 5), and puts its messages together.
///
/// Knows nothing of sockets: bytes go in as they come, in pieces of any size.
struct FrameReader {
    /// What a client has sent.
    enum Event: Equatable {
        /// A whole message of text, neither inflated nor checked yet.
        case message([UInt8], isDeflated: Bool)
        case ping([UInt8])
        case pong
        /// A close frame, with its payload.
        case close([UInt8])
    }

    /// Why a connection must be closed.
    struct Fault: Error, Equatable {
        let code: WebSocketCloseCode
        let reason: String

        static func protocolError(_ reason: String) -> Fault {
            Fault(code: .protocolError, reason: reason)
        }

        static func tooBig(_ limit: Int) -> Fault {
            Fault(code: .messageTooBig, reason: "a message may have \(limit) bytes")
        }
    }

    private struct Begun {
        let isDeflated: Bool
    }

    /// Messages may come compressed: that was agreed on.
    var takesDeflated = false
    /// What has come of a frame's header, if it did not come whole.
    private var header: [UInt8] = []
    /// The frame whose payload is coming in.
    private var frame: FrameHeader?
    /// How much of its payload is yet to come.
    private var remaining = 0
    /// What has come of a message, without masks.
    private var message: [UInt8] = []
    /// The message that has begun and not ended.
    private var begun: Begun?
    /// What has come of a control frame's payload.
    private var control: [UInt8] = []

    /// Reads on to the next thing that is whole.
    ///
    /// - Parameters:
    ///   - bytes: What has come; what was read is taken off.
    ///   - limit: How many bytes a message may have. Compressed ones may have a little more, for what
    ///     cannot be compressed grows.
    /// - Returns: What is whole, or nil if more must come.
    /// - Throws: What is wrong with it. Nothing can be read afterwards.
    mutating func next(
        _ bytes: inout UnsafeRawBufferPointer,
        limit: Int
    ) throws(Fault) -> Event? {
        while true {
            if frame == nil {
                guard let header = try readHeader(&bytes) else { return nil }
                try begin(header, limit: limit)
            }
            guard let frame else { return nil }
            take(&bytes, of: frame)
            guard remaining == 0 else { return nil }
            self.frame = nil
            if let event = end(of: frame) { return event }
        }
    }

    private mutating func readHeader(
        _ bytes: inout UnsafeRawBufferPointer
    ) throws(Fault) -> FrameHeader? {
        if header.isEmpty, let (header, count) = try FrameHeader.read(bytes) {
            bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
            return header
        }
        while let byte = bytes.first {
            bytes = UnsafeRawBufferPointer(rebasing: bytes[1...])
            header.append(byte)
            let reading = header.withUnsafeBytes { all in
                Result { () throws(Fault) in try FrameHeader.read(all) }
            }
            if let read = try reading.get() {
                header = []
                return read.header
            }
        }
        return nil
    }

    /// Judges a header by what came before it.
    private mutating func begin(_ header: FrameHeader, limit: Int) throws(Fault) {
        switch header.opcode {
        case .close, .ping, .pong:
            guard !header.isDeflated else { throw .protocolError("a reserved bit is set") }
            control = []
        case .text, .binary:
            guard begun == nil else { throw .protocolError("a message within a message") }
            guard !header.isDeflated || takesDeflated else {
                throw .protocolError("a reserved bit is set")
            }
            guard header.opcode == .text else {
                throw Fault(code: .unsupportedData, reason: "only text is taken")
            }
            begun = Begun(isDeflated: header.isDeflated)
        case .continuation:
            guard begun != nil else { throw .protocolError("a continuation of nothing") }
            guard !header.isDeflated else { throw .protocolError("a reserved bit is set") }
        }
        if let begun, !header.opcode.isControl {
            let most = begun.isDeflated ? limit + limit / 8 + 64 : limit
            guard header.count <= UInt64(max(0, most - message.count)) else { throw .tooBig(limit) }
        }
        // No more than the limit, which fits.
        remaining = Int(header.count)
        frame = header
        if !header.opcode.isControl, message.isEmpty {
            // Not at once what a header promises, which costs its sender nothing.
            message.reserveCapacity(min(remaining, 64 << 10))
        }
    }

    /// Takes what there is of a frame's payload.
    private mutating func take(_ bytes: inout UnsafeRawBufferPointer, of frame: FrameHeader) {
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(remaining))
        bytes = UnsafeRawBufferPointer(rebasing: bytes[piece.count...])
        let offset = Int(frame.count) - remaining
        if frame.opcode.isControl {
            frame.mask.append(piece, to: &control, offset: offset)
        } else {
            frame.mask.append(piece, to: &message, offset: offset)
        }
        remaining -= piece.count
    }

    /// A frame has come whole.
    private mutating func end(of frame: FrameHeader) -> Event? {
        switch frame.opcode {
        case .ping: return .ping(control)
        case .pong: return .pong
        case .close: return .close(control)
        case .text, .binary, .continuation:
            guard frame.isFinal, let begun else { return nil }
            let whole = message
            message = []
            self.begun = nil
            return .message(whole, isDeflated: begun.isDeflated)
        }
    }
}
