/// What a request asks for: a path and the arguments behind it, decoded.
struct RequestTarget {
    let path: String
    let query: [(name: String, value: String)]

    /// Reads a target; nil if it is neither a path nor the address of one.
    init?(_ target: ArraySlice<UInt8>) {
        var rest = target
        // Proxies are told whole addresses, and those who speak to proxies may tell us one.
        for scheme in ["http://", "https://"] where rest.starts(with: scheme.utf8) {
            rest = rest.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") }
            if rest.isEmpty { rest = [UInt8(ascii: "/")] }
        }
        guard rest.first == UInt8(ascii: "/"), rest.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return nil
        }
        let mark = rest.firstIndex(of: UInt8(ascii: "?"))
        guard let path = Self.decoded(rest[..<(mark ?? rest.endIndex)], isForm: false) else {
            return nil
        }
        self.path = Self.resolved(path)
        var query: [(name: String, value: String)] = []
        let arguments = mark.map { rest[($0 + 1)...] } ?? []
        for argument in arguments.split(separator: UInt8(ascii: "&")) {
            let parts = argument.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard let name = Self.decoded(parts[0], isForm: true),
                let value = Self.decoded(parts.count > 1 ? parts[1] : [], isForm: true)
            else { return nil }
            query.append((name: name, value: value))
        }
        self.query = query
    }

    /// Takes `%XX` for what it stands for; nil if that is nothing, or the end of a string in C.
    private static func decoded(_ bytes: ArraySlice<UInt8>, isForm: Bool) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit), high | low != 0
                else { return nil }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where isForm: decoded.append(UInt8(ascii: " "))
            default: decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Follows `.` and `..`, never out of the top, and takes several slashes for one.
    private static func resolved(_ path: String) -> String {
        var parts: [Substring] = []
        // By bytes: to a string a slash with an accent behind it is no slash.
        let slash = UInt8(ascii: "/")
        let steps = path.utf8.split(separator: slash).map { Substring($0) }
        for step in steps {
            switch step {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(step)
            }
        }
        let isFolder = path.utf8.last == slash || steps.last == "." || steps.last == ".."
        return "/" + parts.joined(separator: "/") + (isFolder && !parts.isEmpty ? "/" : "")
    }
}
