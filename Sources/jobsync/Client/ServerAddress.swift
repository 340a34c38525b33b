/// Where a server is: `http://HOST:PORT`, or `https` where something before it speaks TLS.
struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Where a server listens unless it is told otherwise.
    static let usual = "http://127.0.0.1:9950"

    /// As people write it, without a slash at its end.
    let description: String
    /// Where its WebSocket is.
    let socket: String
    /// Whether it is on this machine.
    let isLoopback: Bool

    /// Reads an address.
    ///
    /// - Parameter text: `http`, `https`, `ws` or `wss`; a path is kept.
    /// - Throws: What is expected instead.
    init(_ text: String) throws(UnusableText) {
        let failure = UnusableText(expected: "an address such as \(Self.usual)")
        let schemes = [
            "http://": "ws://", "https://": "wss://", "ws://": "ws://", "wss://": "wss://",
        ]
        let lowercased = text.lowercased()
        guard let (scheme, socketScheme) = schemes.first(where: { lowercased.hasPrefix($0.key) })
        else { throw failure }
        var rest = text.dropFirst(scheme.count)
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        // Whoever copies the address of the socket itself means the same server.
        if rest.hasSuffix("/ws") { rest = rest.dropLast(3) }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.isEmpty,
            !rest.contains(where: { $0.isWhitespace || $0 == "?" || $0 == "@" })
        else { throw failure }
        description = (socketScheme == "ws://" ? "http://" : "https://") + rest
        socket = socketScheme + rest + "/ws"
        let host =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        isLoopback = Self.isLoopback(String(host))
    }

    /// Whether a name or an address means this machine; `127.example` is anybody's.
    static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isInFirstNet =
            parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return host == "localhost" || host == "::1" || isInFirstNet
    }
}
