import CLibwebsockets
import Glibc

/// Opens the sockets that a server listens on.
///
/// Our own, because the library shares a port only among its own threads, which Debian's build has
/// one of; and because accepting ourselves we can turn clients away in our own words.
enum ListeningSockets {
    struct Socket {
        let descriptor: Int32
        let address: NetworkAddress
    }

    /// As many clients may wait to be accepted; the kernel cuts it down to its own limit.
    private static let backlog: Int32 = 4096
    /// With port 0 and two addresses, the port found at the first may be taken at the second.
    private static let attempts = 8

    /// Listens on every address of this machine that a name stands for.
    static func open(
        host: String,
        port: Int,
        sharesPort: Bool
    ) throws(WebSocketServerError) -> [Socket] {
        guard 0...65_535 ~= port else {
            throw .system("there is no port \(port)")
        }
        var failure = WebSocketServerError.unknownHost(host, reason: "it has no address")
        for _ in 0..<attempts {
            var sockets: [Socket] = []
            var isTaken = false
            for address in try addresses(of: host) {
                let wanted = sockets.first?.address.port ?? port
                switch listen(on: address, port: UInt16(wanted), sharesPort: sharesPort) {
                case .success(let socket):
                    sockets.append(socket)
                case .failure(let error):
                    failure = WebSocketServerError(error, host: host, port: wanted)
                    isTaken = isTaken || error.number == EADDRINUSE
                }
            }
            // An address that cannot be had at all (no IPv6) is no matter; one whose port somebody
            // else has is: clients could reach him by the same name.
            if !isTaken, !sockets.isEmpty {
                return sockets
            }
            for socket in sockets {
                Glibc.close(socket.descriptor)
            }
            guard port == 0, isTaken else { throw failure }
        }
        throw failure
    }

    /// The system's number of what went wrong.
    fileprivate struct SystemError: Error {
        let number: Int32
    }

    private static func addresses(
        of host: String
    ) throws(WebSocketServerError) -> [sockaddr_storage] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, nil, &hints, &list)
        guard error == 0 else {
            throw .unknownHost(host, reason: String(cString: gai_strerror(error)))
        }
        defer { freeaddrinfo(list) }
        var addresses: [sockaddr_storage] = []
        var next = list
        while let info = next {
            var storage = sockaddr_storage()
            memcpy(&storage, info.pointee.ai_addr, Int(info.pointee.ai_addrlen))
            if !addresses.contains(where: { NetworkAddress($0) == NetworkAddress(storage) }) {
                addresses.append(storage)
            }
            next = info.pointee.ai_next
        }
        // IPv4 first, so that it is the address that is told.
        return addresses.filter { $0.ss_family == sa_family_t(AF_INET) }
            + addresses.filter { $0.ss_family == sa_family_t(AF_INET6) }
    }

    private static func listen(
        on address: sockaddr_storage,
        port: UInt16,
        sharesPort: Bool
    ) -> Result<Socket, SystemError> {
        let type = Int32(
            SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        )
        let descriptor = socket(Int32(address.ss_family), type, 0)
        guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
        var storage = address
        storage.setPort(port)
        var options = [(SOL_SOCKET, SO_REUSEADDR)]
        if sharesPort {
            options.append((SOL_SOCKET, SO_REUSEPORT))
        }
        if storage.ss_family == sa_family_t(AF_INET6) {
            options.append((Int32(IPPROTO_IPV6), IPV6_V6ONLY))
        }
        for (level, option) in options {
            var yes: Int32 = 1
            setsockopt(descriptor, level, option, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        let bound = storage.withAddress { bind(descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let error = SystemError(number: errno)
            Glibc.close(descriptor)
            return .failure(error)
        }
        var actual = sockaddr_storage()
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &actual) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &count)
            }
        }
        return .success(Socket(descriptor: descriptor, address: NetworkAddress(actual)))
    }
}

extension WebSocketServerError {
    /// One door for what the system says.
    fileprivate init(_ error: ListeningSockets.SystemError, host: String, port: Int) {
        self =
            switch error.number {
            case EADDRINUSE: .portInUse(host: host, port: port)
            case EACCES, EPERM: .notPermitted(host: host, port: port)
            case EADDRNOTAVAIL: .unknownHost(host, reason: "it is not an address of this machine")
            default: .system(String(cString: strerror(error.number)))
            }
    }
}
