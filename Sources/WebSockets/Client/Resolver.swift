import Threads

/// Looks up the addresses of hosts, on a thread of its own: the system takes seconds at times, and
/// neither the clients' thread nor Swift's pool has time to wait.
actor Resolver {
    static let shared = Resolver()

    private let executor = ThreadExecutor(name: "ws-resolver")
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Looks up a host's addresses, in the order in which to try them.
    ///
    /// Ourselves, because the library gives up after the first address that refuses.
    /// - Parameter host: a name or an address
    /// - Returns: at least one address in numbers
    /// - Throws: ``WebSocketClientError/unreachable(_:reason:)``
    func addresses(of host: String) throws(WebSocketClientError) -> [String] {
        do {
            return try AddressLookup.addresses(of: host).map { NetworkAddress($0).host }
        } catch {
            throw .unreachable(host, reason: error.reason)
        }
    }
}
