/// The parts of a WebSocket's address.
struct WebSocketURL: Equatable {
    var isSecure: Bool
    /// A name or an address, an IPv6 one without brackets.
    var host: String
    var port: Int
    /// Path and query, beginning with `/`.
    var path: String

    /// What the `Host` field says: the port only if it is not the usual one.
    var hostField: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    init(_ text: String) throws(WebSocketClientError) {
        func bad(_ reason: String) -> WebSocketClientError {
            .badURL(text, reason: reason)
        }
        var rest = text[...]
        if rest.lowercased().hasPrefix("ws://") {
            isSecure = false
            rest = rest.dropFirst(5)
        } else if rest.lowercased().hasPrefix("wss://") {
            isSecure = true
            rest = rest.dropFirst(6)
        } else {
            throw bad("it must begin with ws:// or wss://")
        }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw bad("only visible ASCII characters are allowed")
        }
        rest = rest.prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        rest = rest.dropFirst(authority.count)
        path = rest.hasPrefix("/") ? String(rest) : "/\(rest)"
        guard !authority.contains("@") else {
            throw bad("a user's name has no place in it")
        }
        var portText: Substring?
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw bad("after ] comes the port") }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw bad("an IPv6 address stands in brackets") }
            host = parts.first.map(String.init) ?? ""
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else { throw bad("the host is missing") }
        port = isSecure ? 443 : 80
        if let portText {
            guard let number = UInt16(portText), number > 0 else {
                throw bad("\(portText) is not a port")
            }
            port = Int(number)
        }
    }
}
