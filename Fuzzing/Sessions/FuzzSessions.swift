import CFuzzer
import Glibc
import WebSockets

/// Feeds whatever libFuzzer thinks of to a whole front end, through its socket.
///
/// An input is a conversation: what stands between line feeds is a text frame each. One that begins
/// with the byte 1 is sent as it is, with 3 as a compressed message, with 4 as the compressed
/// bytes of one; if the first begins with 2, it is a stranger who sends all this. `{TOKEN}` is the token
/// with which a stranger logs in. The jobs that are made stay for the inputs after it.
@main
struct FuzzSessions {
    static func main() async throws {
        (target, token) = try await Laboratory.start()
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments) { take($0, $1) }
    }
}

/// The name under which libFuzzer's own main function looks for it, which is linked in any case.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    converse(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// The port of the server; written once before the first input, as is the token.
private nonisolated(unsafe) var target: UInt16 = 0
private nonisolated(unsafe) var token = ""

/// Puts the token where it is asked for.
private func withToken(_ line: [UInt8]) -> [UInt8] {
    let mark = Array("{TOKEN}".utf8)
    guard let place = line.firstRange(of: mark) else { return line }
    return line[..<place.lowerBound] + Array(token.utf8) + line[place.upperBound...]
}

/// Sends a conversation, and waits for the server to close.
private func converse(_ input: [UInt8]) {
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
    guard let link = Link(port: target) else { fatalError("the server takes no connection") }
    link.send(bytes)
    link.finishSending()
    guard link.readToEnd() else { fatalError("the server neither answers nor closes") }
}
