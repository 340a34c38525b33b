/// An IP address and a port.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address in numbers: `127.0.0.1`, `::1`.
    public var host: String
    /// The TCP port.
    public var port: Int

    /// Joins an address and a port.
    /// - Parameters:
    ///   - host: the address, an IPv6 one without brackets
    ///   - port: the TCP port
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// As it stands in a URL: `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
