/// What client and server agree on about compression (RFC 7692, section 7.1).
///
/// No message refers to one before it, either way: what goes out is compressed once for all clients, and of
/// what comes in nothing is kept, which would be some 45 KB for each of them.
struct DeflateAgreement {
    /// What the client is told of it.
    let answer: String

    /// Takes the first offer that can be kept; nil if there is none.
    ///
    /// - Parameter offers: The client's `Sec-WebSocket-Extensions`.
    init?(offers: String) {
        for offer in offers.split(separator: ",") {
            guard let answer = Self.answer(to: offer) else { continue }
            self.answer = answer
            return
        }
        return nil
    }

    private static func answer(to offer: Substring) -> String? {
        let parts = offer.split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingSpaces }
        guard parts.first == "permessage-deflate" else { return nil }
        var answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        var names: Set<Substring> = []
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingSpaces }
            let value = pair.count > 1 ? pair[1] : nil
            guard let name = pair.first, names.insert(name).inserted else { return nil }
            switch (name, value) {
            case ("server_no_context_takeover", nil), ("client_no_context_takeover", nil): break
            case ("client_max_window_bits", nil): break
            case ("client_max_window_bits", let value?):
                // Whatever window a client uses, ours holds it.
                guard windowBits(value) != nil else { return nil }
            case ("server_max_window_bits", let value?):
                // One size for all, and it is the greatest.
                guard windowBits(value) == 15 else { return nil }
                answer += "; server_max_window_bits=15"
            default: return nil
            }
        }
        return answer
    }

    private static func windowBits(_ text: Substring) -> Int? {
        let isQuoted = text.count > 2 && text.first == "\"" && text.last == "\""
        let digits = isQuoted ? text.dropFirst().dropLast() : text
        guard digits.first != "0", digits.allSatisfy({ "0"..."9" ~= $0 }), let bits = Int(digits),
            8...15 ~= bits
        else { return nil }
        return bits
    }
}
