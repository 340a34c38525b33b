import SystemPackage

/// A whole front end that is fed conversations, through its socket.
///
/// What stands between line feeds is a text frame each. One that begins with the byte 1 is sent as it is,
/// with 3 as a compressed message, with 4 as the compressed bytes of one; if the first begins with 2, it
/// is a stranger who sends all this. `{TOKEN}` is the token with which a stranger logs in. The jobs that
/// are made stay for the conversations after it.
public struct FuzzedSessions: Sendable {
    private let port: UInt16
    private let token: String

    /// Starts the front end, for as long as the process lives.
    ///
    /// - Parameter folder: The path of the folder in which it keeps its access file.
    /// - Throws: If there is no port to be had.
    public init(folder: String) async throws {
        (port, token) = try await Laboratory.start(in: FilePath(folder))
    }

    /// Sends a conversation, and waits for the server to close; blocks.
    ///
    /// Stops the process if the server does not take it, or neither answers nor closes.
    ///
    /// - Parameter input: The conversation.
    public func take(_ input: [UInt8]) {
        var bytes = Array(Frame.upgrade(token: input.first == 2 ? nil : token).utf8)
        for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let rest = Array(line.dropFirst())
            switch line.first {
            case 1: bytes += rest
            case 3: bytes += Frame.stored(rest)
            case 4: bytes += Frame.text(rest, isDeflated: true)
            default: bytes += Frame.text(withToken(Array(line)))
            }
        }
        guard let link = Link(port: port) else { fatalError("the server takes no connection") }
        link.send(bytes)
        link.finishSending()
        guard link.readToEnd() else { fatalError("the server neither answers nor closes") }
    }

    /// Puts the token where it is asked for.
    private func withToken(_ line: [UInt8]) -> [UInt8] {
        let mark = Array("{TOKEN}".utf8)
        guard let place = line.firstRange(of: mark) else { return line }
        return line[..<place.lowerBound] + Array(token.utf8) + line[place.upperBound...]
    }
}
