/// The head of an HTTP request, read from the bytes that a client has sent.
///
/// Strict where leniency lets two programs read the same bytes as different requests: lines end in CR LF,
/// names are tokens, what may stand once stands once.
struct RequestHead {
    let method: String
    let path: String
    let query: [(name: String, value: String)]
    let headers: HTTPHeaders
    /// Whether the connection may be kept for another request.
    let keepsConnection: Bool

    /// What stands at the beginning of the bytes.
    enum Reading {
        /// There is more to come.
        case incomplete
        /// A head of so many bytes.
        case complete(RequestHead, count: Int)
        /// Nothing that can be answered with anything but this.
        case refused(HTTPResponse)
    }

    /// Reads a head.
    ///
    /// - Parameters:
    ///   - bytes: What has come of the request.
    ///   - looked: How many of them were looked at before, in vain.
    /// - Returns: What stands there.
    static func read(_ bytes: [UInt8], after looked: Int) -> Reading {
        // A client may have put an empty line behind the body before.
        let start = bytes.prefix { $0 == carriageReturn || $0 == lineFeed }.count
        let end = endOfHead(bytes, from: max(start, looked - 3))
        guard (end ?? bytes.count) <= HTTPLimits.headBytes else {
            return .refused(HTTPResponse(status: 431, text: "The header is too large.\n"))
        }
        guard let end else {
            // Would be waited for in vain.
            let isStray = hasStrayLineFeed(bytes, from: max(start, looked))
            return isStray ? .refused(Refusal.lineEnds.response) : .incomplete
        }
        do throws(Refusal) {
            return .complete(try RequestHead(bytes[start..<(end - 4)]), count: end)
        } catch {
            return .refused(error.response)
        }
    }

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    private static func hasStrayLineFeed(_ bytes: [UInt8], from start: Int) -> Bool {
        bytes.indices[start...].contains { index in
            bytes[index] == lineFeed && (index == 0 || bytes[index - 1] != carriageReturn)
        }
    }

    /// The index behind the empty line.
    private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 3 < bytes.count {
            // Three bytes at a time: none of the four can be skipped unseen.
            switch bytes[index + 3] {
            case lineFeed:
                if bytes[index] == carriageReturn, bytes[index + 1] == lineFeed,
                    bytes[index + 2] == carriageReturn
                {
                    return index + 4
                }
                index += 1
            case carriageReturn: index += 1
            default: index += 4
            }
        }
        return nil
    }
}

extension RequestHead {
    /// Why a head is not taken.
    private struct Refusal: Error {
        static let lineEnds = Refusal("Lines end in CR LF.")

        let response: HTTPResponse

        init(_ text: String, status: Int = 400) {
            response = HTTPResponse(status: status, text: text + "\n")
        }
    }

    /// Fields of which a second one would be read differently by different programs.
    private static let single: Set<String> = [
        "authorization", "content-length", "content-type", "host", "origin", "sec-websocket-key",
        "sec-websocket-version", "transfer-encoding",
    ]

    /// - Parameter head: The request's line and fields, without the empty line.
    /// - Throws: What is wrong with it.
    private init(_ head: ArraySlice<UInt8>) throws(Refusal) {
        var lines = head.split(separator: Self.lineFeed, omittingEmptySubsequences: false)[...]
        for index in lines.indices.dropLast() {
            guard lines[index].last == Self.carriageReturn else {
                throw .lineEnds
            }
            lines[index].removeLast()
        }
        guard let first = lines.popFirst() else { throw Refusal("There is no request.") }
        let parts = first.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isToken, let version = HTTPVersion(parts[2]) else {
            throw Refusal("The first line is not METHOD TARGET HTTP/1.1.")
        }
        guard version != .other else { throw Refusal("HTTP/1.1 is spoken here.", status: 505) }
        method = String(decoding: parts[0], as: UTF8.self)
        headers = try Self.fields(lines)
        guard version == .old || headers["host"] != nil else {
            throw Refusal("Host is required.")
        }
        // A tunnel's target is no path, nor is the server as a whole.
        let isPath = method != "CONNECT" && !parts[1].elementsEqual("*".utf8)
        guard let target = RequestTarget(isPath ? parts[1] : [UInt8(ascii: "/")]) else {
            throw Refusal("The target is not a path.")
        }
        (path, query) = (target.path, target.query)
        let wishes = (headers["connection"] ?? "").httpListElements.map { $0.lowercased() }
        keepsConnection =
            version == .old ? wishes.contains("keep-alive") : !wishes.contains("close")
    }

    private static func fields(
        _ lines: ArraySlice<ArraySlice<UInt8>>
    ) throws(Refusal) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for line in lines {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line[..<colon].isToken,
                line[(colon + 1)...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { throw Refusal("A header field is not NAME: VALUE.") }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = String(
                String(decoding: line[(colon + 1)...], as: UTF8.self).trimmingSpaces
            )
            guard let earlier = headers[name] else {
                headers.add(name, value)
                continue
            }
            guard !single.contains(name) else { throw Refusal("There are two fields \(name).") }
            headers[name] = earlier + (name == "cookie" ? "; " : ", ") + value
        }
        return headers
    }
}

/// The versions of HTTP that make a difference here.
private enum HTTPVersion {
    case old
    case current
    case other

    init?(_ bytes: ArraySlice<UInt8>) {
        let digits = bytes.dropFirst(5)
        guard bytes.starts(with: "HTTP/".utf8), digits.count == 3,
            digits.first.map(Self.isDigit) == true, digits.last.map(Self.isDigit) == true,
            digits.dropFirst().first == UInt8(ascii: ".")
        else { return nil }
        self =
            switch String(decoding: digits, as: UTF8.self) {
            case "1.0": .old
            case "1.1": .current
            default: .other
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}

extension ArraySlice<UInt8> {
    /// Whether this is what HTTP calls a token: letters, digits and a few signs, at least one.
    fileprivate var isToken: Bool {
        !isEmpty
            && allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default:
                    "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
