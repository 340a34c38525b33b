import CFuzzer
import FuzzedSessions
import Glibc

/// Feeds whatever libFuzzer thinks of to a whole front end, as conversations.
@main
struct FuzzSessions {
    static func main() async throws {
        // `scripts/fuzz` starts the program in a folder of its own.
        sessions = try await FuzzedSessions(folder: ".")
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments) { take($0, $1) }
    }
}

/// The name under which libFuzzer's own main function looks for it, which is linked in any case.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    sessions?.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Written once, before the first input.
private nonisolated(unsafe) var sessions: FuzzedSessions?
