import JobTaskFiles

/// A text that is not what it must be.
struct UnusableText: Error, Hashable {
    let expected: String
}

/// Any text but the empty one.
enum PlainText {
    static func parse(_ text: String) throws(UnusableText) -> String {
        guard !text.isEmpty else { throw UnusableText(expected: "a path") }
        return text
    }
}

/// A whole number within bounds.
enum WholeNumber {
    static func parse(_ text: String, in range: ClosedRange<Int>) throws(UnusableText) -> Int {
        guard let number = Int(text), number >= range.lowerBound else {
            throw UnusableText(expected: "a whole number of at least \(range.lowerBound)")
        }
        guard range.contains(number) else {
            throw UnusableText(expected: "a whole number of at most \(range.upperBound)")
        }
        return number
    }
}

/// `HOST:PORT`, an IPv6 address in brackets.
enum HostAndPort {
    static func parse(_ text: String) throws(UnusableText) -> (host: String, port: Int) {
        let failure = UnusableText(expected: "HOST:PORT, such as 127.0.0.1:9950 or [::1]:9950")
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw failure }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw failure
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else {
            throw failure
        }
        return (String(host), Int(port))
    }
}

/// A time of some length, such as `90s`.
enum LongTime {
    static func parse(_ text: String) throws(UnusableText) -> Duration {
        guard let time = Duration(words: text), time >= .seconds(1) else {
            throw UnusableText(expected: "a time of at least 1s, such as 90s, 5m or 1h")
        }
        return time
    }
}

/// The URI of a MongoDB; what stands in it, the driver checks.
enum MongoAddress {
    static func parse(_ text: String) throws(UnusableText) -> String {
        guard isOne(text) else {
            throw UnusableText(
                expected: "a URI such as mongodb://HOST:PORT/DATABASE?replicaSet=NAME"
            )
        }
        return text
    }

    /// Whether a text is such a URI by its beginning.
    static func isOne(_ text: String) -> Bool {
        text.hasPrefix("mongodb://") || text.hasPrefix("mongodb+srv://")
    }

    /// Hosts and database, for people: neither name and password nor options.
    static func place(in uri: String) -> String {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // A password with a question mark that is not escaped; the driver refuses it.
        guard parts.count < 2 || !parts[1].contains("@") else { return "a host that is unclear" }
        let address = parts[0].split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let place = (address.last ?? "").split(separator: "@").last ?? ""
        let hosts = place.prefix { $0 != "/" }
        let database = place.dropFirst(hosts.count + 1)
        return "\(hosts)/\(database.isEmpty ? "jobsync" : String(database))"
    }
}

/// A page's origin, as browsers send it.
enum Origin {
    static func parse(_ text: String) throws(UnusableText) -> String {
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            if !rest.isEmpty, !rest.contains("/"), !rest.contains(where: \.isWhitespace) {
                return text
            }
        }
        throw UnusableText(
            expected: "an origin without a path, such as https://lab.example"
        )
    }
}
