import CPlatform

extension HTTPResponse {
    /// The answer as it goes over the network.
    /// - Parameters:
    ///   - method: the request's; an answer to `HEAD` has no body
    ///   - keepsConnection: whether another request may follow
    /// - Returns: head and body; the head alone if the body is a stream
    func wireBytes(method: String, keepsConnection: Bool) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(Self.reasonPhrase(of: status))\r\n"
        for (name, value) in headers {
            head += "\(name.withoutLineBreaks): \(value.withoutLineBreaks)\r\n"
        }
        head += "Date: \(HTTPDate.now())\r\n"
        if mayHaveBody {
            head += "Content-Length: \(stream?.count ?? body.count)\r\n"
        }
        head += "Connection: \(keepsConnection ? "keep-alive" : "close")\r\n\r\n"
        var bytes = Array(head.utf8)
        if hasBody(for: method) && stream == nil {
            bytes += body
        }
        return bytes
    }

    /// Whether a body follows the head.
    /// - Parameter method: the request's
    /// - Returns: false for an answer to `HEAD`, and for those that never have one
    func hasBody(for method: String) -> Bool { mayHaveBody && method != "HEAD" }

    private var mayHaveBody: Bool { status >= 200 && status != 204 && status != 304 }

    /// The words that go with a status; clients ignore them, people read them.
    static func reasonPhrase(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}

extension String {
    /// A line break in a field would let whoever chose the value write fields of his own.
    var withoutLineBreaks: String {
        utf8.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
            ? String(unicodeScalars.filter { $0 != "\r" && $0 != "\n" && $0 != "\0" })
            : self
    }
}

/// The date as HTTP writes it.
enum HTTPDate {
    static func now() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let day = "\(days[Int(parts.tm_wday)]), \(padded(parts.tm_mday))"
        let date = "\(day) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded)
        return "\(date) \(clock.joined(separator: ":")) GMT"
    }

    private static func padded(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
