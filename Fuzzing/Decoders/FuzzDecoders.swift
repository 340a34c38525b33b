import CFuzzer
import JSON
import JobModel
import JobProtocol
import Mongo

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
    decode(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// What is read must be written as something that reads the same; what is not must be refused.
private func decode(_ bytes: [UInt8]) {
    if let value = try? JSONValue(parsing: bytes, maximumDepth: 32) {
        let written = value.encoded
        guard let again = try? JSONValue(parsing: written, maximumDepth: 32), again == value else {
            fatalError("\(value) is not what was written of it")
        }
        _ = MinimalJob(document: value)
    }
    _ = RPCMessage(parsing: bytes, maximumDepth: 32, maximumBatch: 100)
    _ = RPCIncoming(parsing: bytes)

    let document = BSONDocument(bytes: bytes)
    for (key, _) in document { _ = document[key] }
    _ = try? document.check()
}
