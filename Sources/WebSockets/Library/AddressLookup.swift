import CLibwebsockets
import Glibc

/// Asks the system which addresses a name stands for; blocks until it answers.
enum AddressLookup {
    struct Failure: Error {
        let reason: String
    }

    /// Looks up a name or an address in numbers.
    /// - Parameters:
    ///   - host: what to look up
    ///   - isToListen: whether the addresses are to listen on
    /// - Returns: the addresses in the system's order of preference, at least one
    /// - Throws: ``Failure`` with the system's words
    static func addresses(
        of host: String,
        isToListen: Bool = false
    ) throws(Failure) -> [sockaddr_storage] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = isToListen ? AI_PASSIVE : 0
        var list: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, nil, &hints, &list)
        guard error == 0 else { throw Failure(reason: String(cString: gai_strerror(error))) }
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
        guard !addresses.isEmpty else { throw Failure(reason: "it has no address") }
        return addresses
    }
}
