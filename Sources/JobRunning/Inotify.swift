import Glibc

/// Reads what the kernel tells about watched files.
enum Inotify {
    /// Takes all waiting events; tells the watch of each, or -1 if some were lost, and the name of what was
    /// written in a watched folder.
    static func drain(_ file: CInt, _ handle: (CInt, String) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
            while true {
                let count = read(file, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset + 16 <= count {
                    let watch = buffer.load(fromByteOffset: offset, as: CInt.self)
                    let length = Int(buffer.load(fromByteOffset: offset + 12, as: UInt32.self))
                    let padded = buffer[offset + 16..<min(offset + 16 + length, count)]
                    handle(watch, String(decoding: padded.prefix { $0 != 0 }, as: UTF8.self))
                    offset += 16 + length
                }
            }
        }
    }
}
