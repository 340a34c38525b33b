import CLibwebsockets

extension NetworkAddress {
    /// Reads an address of the system's; an IPv4 address within IPv6 is shown as IPv4.
    init(_ storage: sockaddr_storage) {
        var host = [CChar](repeating: 0, count: 64)
        var port: UInt16 = 0
        withUnsafePointer(to: storage) { pointer in
            if storage.ss_family == sa_family_t(AF_INET6) {
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    var address = $0.pointee.sin6_addr
                    port = UInt16(bigEndian: $0.pointee.sin6_port)
                    inet_ntop(AF_INET6, &address, &host, socklen_t(host.count))
                }
            } else {
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    var address = $0.pointee.sin_addr
                    port = UInt16(bigEndian: $0.pointee.sin_port)
                    inet_ntop(AF_INET, &address, &host, socklen_t(host.count))
                }
            }
        }
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        let mapped = "::ffff:"
        let isMapped = text.hasPrefix(mapped) && text.contains(".")
        self.init(host: isMapped ? String(text.dropFirst(mapped.count)) : text, port: Int(port))
    }
}

extension sockaddr_storage {
    mutating func setPort(_ port: UInt16) {
        let isVersion6 = ss_family == sa_family_t(AF_INET6)
        withUnsafeMutablePointer(to: &self) { pointer in
            if isVersion6 {
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_port = port.bigEndian
                }
            } else {
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    $0.pointee.sin_port = port.bigEndian
                }
            }
        }
    }

    /// Lends the address as the socket calls want it.
    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        let count =
            ss_family == sa_family_t(AF_INET6)
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return withUnsafePointer(to: self) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(count))
            }
        }
    }
}
