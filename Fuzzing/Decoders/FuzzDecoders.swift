import CFuzzer
import FuzzedReaders
import SystemPackage

/// Feeds whatever libFuzzer thinks of to everything that reads bytes from outside.
@main
struct FuzzDecoders {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments) { take($0, $1) }
    }
}

/// The name under which libFuzzer's own main function looks for it, which is linked in any case.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    readers.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// `scripts/fuzz` starts the program in a folder of its own.
private let readers = FuzzedReaders(folder: ".")
