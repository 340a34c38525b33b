public import JSON

/// Takes tokens out of what clients send, before it is written.
public enum MessageMask {
    /// What stands in a log in place of a secret.
    public static let mask = "***"

    /// What is written for a message.
    ///
    /// The params of `session.authenticate` are masked, and a `token` among the params of any method:
    /// a name that was misspelled leaves the token where it is. Text that is not JSON is kept, so that it
    /// can be sent again, unless it might hold a token.
    /// - Parameter message: The message as it came.
    /// - Returns: A JSON document; a string for what was not JSON.
    public static func masked(_ message: [UInt8]) -> JSONValue {
        let document: JSONValue
        do throws(JSONParseError) {
            document = try JSONValue(
                parsing: message,
                maximumDepth: MessageLogEntry.maximumDepth - 2
            )
        } catch {
            let text = String(decoding: message, as: UTF8.self)
            return .string(mayHoldToken(text) ? mask : text)
        }
        guard case .array(let elements) = document else { return maskedRequest(document) }
        return .array(elements.map(maskedRequest))
    }

    private static let tokenBeginning = Array("jobsync_".utf8)
    /// How many digits of a token give away too much of it.
    private static let tokenDigits = 16

    /// Covers what looks like a token, wherever it stands in a line: a client may send one as anything, and
    /// the server's answer repeat it.
    /// - Parameter line: A line of a log.
    /// - Returns: The line with `***` in place of each token's digits.
    static func covered(_ line: [UInt8]) -> [UInt8] {
        var rest = line[...]
        var covered: [UInt8] = []
        while let start = beginning(of: tokenBeginning, in: rest) {
            let digits = start + tokenBeginning.count
            let end = rest[digits...].firstIndex { !isHexadecimal($0) } ?? rest.endIndex
            covered += rest[..<digits]
            if end - digits >= tokenDigits {
                covered += mask.utf8
            } else {
                covered += rest[digits..<end]
            }
            rest = rest[end...]
        }
        return covered.isEmpty ? line : covered + rest
    }

    /// Where a word begins; the standard library's own search takes 600 times as long, 14 ms for 64 KiB.
    private static func beginning(of word: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = word.first else { return bytes.startIndex }
        var rest = bytes
        while let place = rest.firstIndex(of: first) {
            if rest[place...].starts(with: word) { return place }
            rest = rest[(place + 1)...]
        }
        return nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func maskedRequest(_ request: JSONValue) -> JSONValue {
        switch request {
        case .null, .bool, .integer, .number, .decimal: return request
        // No request; and a string could not be told from text that is not JSON.
        case .string, .array: return .string(mask)
        case .object(var members):
            let method = members["method"]?.stringValue?.lowercased() ?? ""
            for name in members.keys where !["jsonrpc", "id", "method"].contains(name) {
                members[name] =
                    name == "params"
                    ? members[name].map { masked(params: $0, of: method) } : .string(mask)
            }
            return .object(members)
        }
    }

    private static func masked(params: JSONValue, of method: String) -> JSONValue {
        // By position they are refused; still there may be a token among them.
        guard case .object(var params) = params else { return .string(mask) }
        let isLogin = holds("authenticate", in: method)
        for name in params.keys where isLogin || holds("token", in: name) {
            params[name] = .string(mask)
        }
        return .object(params)
    }

    /// Escapes could spell the words that are looked for.
    private static func mayHoldToken(_ text: String) -> Bool {
        ["authenticate", "token", "\\u"].contains { holds($0, in: text) }
    }

    /// Whether a word of lower-case letters stands in a text, in whatever case and before whatever mark.
    private static func holds(_ word: StaticString, in text: String) -> Bool {
        let word = word.description.unicodeScalars
        return text.lowercased().unicodeScalars.contains(word)
    }
}
