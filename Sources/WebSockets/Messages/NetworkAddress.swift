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

    /// Whoever has one address of these is likely to have the others: a whole network of version 6.
    struct Household: Hashable {
        fileprivate let name: String
    }

    var household: Household {
        // A connection's end gets at least 64 bits to itself: the last four of eight groups.
        guard host.contains(":") else { return Household(name: host) }
        let halves = host.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [Substring] = []
        for group in halves.prefix(4) {
            // The gap may stand for any number of groups of zeros; those behind it don't matter then.
            guard !group.isEmpty else { break }
            groups.append(group)
        }
        return Household(name: groups.joined(separator: ":") + "::")
    }

    /// As it stands in a URL: `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
