import CFuzzer
import Glibc
import WebSockets

/// Feeds whatever libFuzzer thinks of to a whole front end, through its socket.
///
/// An input is a conversation: what stands between line feeds is a text frame each, or bytes as they
/// are if it begins with the byte 1. The jobs that are made stay for the inputs after it.
@main
struct FuzzSessions {
    static func main() async throws {
        let port = try await Laboratory.start()
        target = UInt16(port)
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

/// The port of the server; written once before the first input.
private nonisolated(unsafe) var target: UInt16 = 0

/// Sends a conversation, and waits for the server to close.
private func converse(_ input: [UInt8]) {
    var bytes = Array(Frame.upgrade.utf8)
    for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        bytes += line.first == 1 ? Array(line.dropFirst()) : Frame.text(Array(line))
    }
    guard let link = Link(port: target) else { fatalError("the server takes no connection") }
    link.send(bytes)
    link.finishSending()
    guard link.readToEnd() else { fatalError("the server neither answers nor closes") }
}
