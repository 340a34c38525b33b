import Glibc

/// Reads what the kernel tells about watched files.
enum Inotify {
    /// Takes all waiting events; tells the watch of each, or -1 if some were lost.
    static func drain(_ file: CInt, _ handle: (CInt) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
            while true {
                let count = read(file, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset + 16 <= count {
                    handle(buffer.load(fromByteOffset: offset, as: CInt.self))
                    let nameLength = buffer.load(fromByteOffset: offset + 12, as: UInt32.self)
                    offset += 16 + Int(nameLength)
                }
            }
        }
    }
}
