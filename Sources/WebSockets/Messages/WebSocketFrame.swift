import Synchronization

/// One frame from a server, framed once, and sent to any number of connections without a copy each.
///
/// Immutable, so it may be built anywhere and kept for as long as there is somebody to send it to.
public final class WebSocketFrame: Sendable {
    /// The same message compressed.
    private enum Deflated {
        case untried
        /// Not worth it.
        case none
        case frame(WebSocketFrame)
    }

    /// Header and payload begin at `start`; before it are the bytes that a longer header would fill.
    private let storage: [UInt8]
    private let start: Int
    /// The number of bytes on the wire, header and payload.
    public var count: Int { storage.count - start }
    /// The number of bytes of the message.
    public let payloadCount: Int

    private let deflated = Mutex(Deflated.untried)

    /// Room for the longest header of a frame that is not masked.
    private static let headerRoom = 10

    /// Frames a text message.
    /// - Parameter text: the message in UTF-8; the server does not check it
    public convenience init(text: [UInt8]) {
        self.init(reserving: text.count) { $0.append(contentsOf: text) }
    }

    /// Frames a text message.
    /// - Parameter text: the message
    public convenience init(text: String) {
        self.init(reserving: text.utf8.count) { $0.append(contentsOf: text.utf8) }
    }

    /// Frames a text message that is written in place, with no copy.
    /// - Parameters:
    ///   - capacity: how many bytes it will be, about
    ///   - write: appends the message in UTF-8; must leave alone what the buffer already holds
    public convenience init(reserving capacity: Int, _ write: (inout [UInt8]) -> Void) {
        self.init(opcode: .text, reserving: capacity, write)
    }

    init(
        opcode: WebSocketOpcode,
        isDeflated: Bool = false,
        reserving capacity: Int,
        _ write: (inout [UInt8]) -> Void
    ) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerRoom + capacity)
        bytes.append(contentsOf: repeatElement(0, count: Self.headerRoom))
        write(&bytes)
        payloadCount = bytes.count - Self.headerRoom
        let header = WebSocketHeader.bytes(
            opcode: opcode,
            count: payloadCount,
            isMasked: false,
            isDeflated: isDeflated
        )
        start = Self.headerRoom - header.count
        bytes.replaceSubrange(start..<Self.headerRoom, with: header)
        storage = bytes
    }

    /// Makes a close frame; a reason longer than 123 bytes is cut.
    convenience init(closing code: WebSocketCloseCode, reason: String) {
        let payload = WebSocketHeader.closePayload(code, reason: reason)
        self.init(opcode: .close, reserving: payload.count) { $0.append(contentsOf: payload) }
    }

    /// The message without the header.
    public var payload: ArraySlice<UInt8> {
        storage[(storage.count - payloadCount)...]
    }

    /// Header and payload as they go over the network; shares the frame's memory.
    var wire: ArraySlice<UInt8> { storage[start...] }

    /// The frame for those who take compressed messages; compressed once, whoever gets it.
    func deflated(by deflater: MessageDeflater) -> WebSocketFrame {
        deflated.withLock { deflated in
            switch deflated {
            case .frame(let frame): return frame
            case .none: return self
            case .untried:
                let payload = payload.withUnsafeBufferPointer { deflater.deflate($0) }
                guard let payload else {
                    deflated = .none
                    return self
                }
                let frame = WebSocketFrame(
                    opcode: .text,
                    isDeflated: true,
                    reserving: payload.count
                ) {
                    $0.append(contentsOf: payload)
                }
                deflated = .frame(frame)
                return frame
            }
        }
    }

    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        storage.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start...])) }
    }
}
