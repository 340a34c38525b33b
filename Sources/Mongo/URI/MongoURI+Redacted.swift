import CMongoc

/// Options that are as good as a password.
let secretOptions: Set<String> = [
    MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD, MONGOC_URI_SSLCLIENTCERTIFICATEKEYPASSWORD,
    MONGOC_URI_AUTHMECHANISMPROPERTIES,
]

/// Writes a URI from what was understood of it, with everything secret blackened.
func redactedText(of uri: OpaquePointer) -> String {
    var text = mongoc_uri_get_srv_hostname(uri) == nil ? "mongodb://" : "mongodb+srv://"
    if let user = mongoc_uri_get_username(uri) {
        text += String(cString: user)
        text += mongoc_uri_get_password(uri) == nil ? "@" : ":***@"
    }
    text += hosts(of: uri).joined(separator: ",")
    let database = mongoc_uri_get_database(uri).map { String(cString: $0) } ?? ""
    var options: [String] = []
    for part in [mongoc_uri_get_options(uri), mongoc_uri_get_credentials(uri)] {
        guard let part else { continue }
        for (name, value) in copy(part) {
            let name = name.lowercased()
            options.append(name + "=" + (secretOptions.contains(name) ? "***" : plain(value)))
        }
    }
    if !database.isEmpty || !options.isEmpty {
        text += "/" + database
    }
    return options.isEmpty ? text : text + "?" + options.joined(separator: "&")
}

/// The hosts and ports of a URI, or the name under which they are to be looked up.
func hosts(of uri: OpaquePointer) -> [String] {
    if let service = mongoc_uri_get_srv_hostname(uri) {
        return [String(cString: service)]
    }
    var hosts: [String] = []
    var host = mongoc_uri_get_hosts(uri)
    while let current = host {
        hosts.append(string(of: current.pointee.host_and_port))
        host = UnsafePointer(current.pointee.next)
    }
    return hosts
}

private func plain(_ value: BSONValue) -> String {
    switch value {
    case .string(let text): text
    case .bool, .int32, .int64, .double: value.description
    // Nothing else is expected, so that nothing else is shown.
    default: "***"
    }
}

private func string<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// What seems to be secret in a text that may or may not be a URI.
///
/// Known before the library sees the text, for what it refuses it may quote.
struct SecretParts {
    /// How every refusal begins.
    static let refusal = "this is not a MongoDB URI: "

    private let parts: [String]

    init(of text: String) {
        var parts: [String] = []
        let rest = text.split(separator: "://", maxSplits: 1).last ?? ""
        // The last one, because a password may hold an @ that somebody forgot to escape.
        if let at = rest.lastIndex(of: "@") {
            let user = rest[..<at]
            if let colon = user.firstIndex(of: ":") {
                parts.append(String(user[user.index(after: colon)...]))
            }
        }
        let options = rest.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        for option in options.split(separator: "&") {
            let pair = option.split(separator: "=", maxSplits: 1)
            if pair.count == 2, secretOptions.contains(pair[0].lowercased()) {
                parts.append(String(pair[1]))
            }
        }
        self.parts = parts
        for part in parts {
            Secrets.add(part)
        }
    }

    /// The library's refusal; what it quotes is blackened if it may be a piece of something secret.
    func hidden(inRefusal message: String) -> String {
        let pieces = message.split(separator: "\"", omittingEmptySubsequences: false)
        var isQuoted = true
        let shown = pieces.map { piece in
            isQuoted.toggle()
            let isSecret = parts.contains { $0.contains(piece) || piece.contains($0) }
            return isQuoted && !piece.isEmpty && isSecret ? "***" : String(piece)
        }
        return Self.refusal + Secrets.hidden(in: shown.joined(separator: "\""))
    }
}
