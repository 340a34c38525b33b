import Authentication
import JSON
import JobModel
import JobProtocol
import JobRunning
import WebSockets

extension FrontEnd {
    /// How much of a file is in memory for each client that fetches one.
    static let pieceBytes = 256 << 10

    /// A file of a job that clients may fetch.
    private enum JobFile {
        case log
        /// Something that it has kept, by its name.
        case output(String)
    }

    /// Whether a path is that of a file of a job: `/jobs/ID/outputs/NAME` or `/jobs/ID/log`.
    static func isJobFile(_ path: String) -> Bool { jobFile(at: path) != nil }

    private static func jobFile(at path: String) -> (id: String, file: JobFile)? {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 3)
        guard parts.count >= 3, parts[0].elementsEqual("jobs".utf8) else { return nil }
        let id = String(Substring(parts[1]))
        if parts.count == 3 { return parts[2].elementsEqual("log".utf8) ? (id, .log) : nil }
        guard parts[2].elementsEqual("outputs".utf8) else { return nil }
        return (id, .output(String(Substring(parts[3]))))
    }

    /// Sends a file of a job, or a part of it.
    func jobFile(_ request: HTTPRequest) async -> HTTPResponse {
        guard let identity = identity(of: request) else {
            return Self.json(["error": "not logged in"], status: 401)
        }
        // A client that takes its time over a large file is silent for long, and no stranger.
        server.recognize(request.connection)
        guard let (text, wanted) = Self.jobFile(at: request.path), let id = JobID(text) else {
            return Self.json(["error": "there is no such job"], status: 404)
        }
        guard let place = downloads.begin(for: identity.username) else {
            var busy = Self.json(["error": "too many outputs are being sent"], status: 503)
            busy.headers["Retry-After"] = "1"
            return busy
        }
        do throws(RPCError) {
            switch wanted {
            case .output(let name):
                let file = try await openOutput(name, of: id)
                return Self.response(with: file, named: name, to: request, in: place)
            case .log:
                // A job that has not begun has an empty one.
                guard let file = try await openLog(of: id) else {
                    return HTTPResponse(status: 200, headers: Self.outputHeaders)
                }
                return Self.response(with: file, named: "\(id).log", to: request, in: place)
            }
        } catch {
            let status = error.code == .notFound ? 404 : 503
            return Self.json(["error": .string(error.message)], status: status)
        }
    }

    private static func response(
        with file: OpenFile,
        named name: String,
        to request: HTTPRequest,
        in place: Download
    ) -> HTTPResponse {
        let tag = "\"\(file.tag)\""
        var headers = outputHeaders
        headers["ETag"] = tag
        headers["Content-Disposition"] = disposition(of: name)
        guard !matches(request.headers["If-None-Match"], tag) else {
            return HTTPResponse(status: 304, headers: headers)
        }
        let isSame = request.headers["If-Range"].map { $0 == tag } ?? true
        let asked = request.method == "GET" && isSame ? request.headers["Range"] : nil
        var part = 0..<file.size
        var status = 200
        switch ByteRange(asked, size: file.size) {
        case .whole: break
        case .part(let range):
            (part, status) = (range, 206)
            headers["Content-Range"] =
                "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        case .none:
            headers["Content-Range"] = "bytes */\(file.size)"
            return HTTPResponse(status: 416, headers: headers)
        }
        var response = HTTPResponse(status: status, headers: headers)
        let reader = FileReader(file, part, in: place)
        response.stream = HTTPBodyStream(count: part.count) {
            await reader.next(limit: pieceBytes)
        }
        return response
    }

    /// Whether a list of tags, or `*`, has this one in it; one that is called weak is as good.
    private static func matches(_ list: String?, _ tag: String) -> Bool {
        guard let list else { return false }
        return list.split(separator: ",").contains { element in
            let known = element.filter { $0 != " " && $0 != "\t" }
            return known == "*" || known == tag || known == "W/" + tag
        }
    }

    private static let outputHeaders: HTTPHeaders = [
        // Whatever a job has made, a browser saves it and does nothing else with it.
        "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes",
    ]

    /// The name under which a browser saves it, in the way of RFC 6266.
    private static func disposition(of name: String) -> String {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"))
        let own = parts.last.map { String(Substring($0)) } ?? name
        let plain = own.unicodeScalars.map { scalar in
            (0x20..<0x7F).contains(scalar.value) && !"\"\\%".unicodeScalars.contains(scalar)
                ? Character(scalar) : "_"
        }
        return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(percentEncoded(own))"
    }

    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 0x10 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}

/// Reads a part of a file piece by piece, which keeps its place among those that are on their way.
actor FileReader {
    private let file: OpenFile
    private let place: Download
    private var rest: Range<Int>

    init(_ file: OpenFile, _ part: Range<Int>, in place: Download) {
        self.file = file
        self.place = place
        rest = part
    }

    /// The next piece; nil at the end, or if it cannot be read.
    func next(limit: Int) async -> [UInt8]? {
        let count = min(limit, rest.count)
        guard count > 0,
            let piece = try? await file.read(from: rest.lowerBound, limit: count), !piece.isEmpty
        else { return nil }
        rest = (rest.lowerBound + piece.count)..<rest.upperBound
        return piece
    }
}
