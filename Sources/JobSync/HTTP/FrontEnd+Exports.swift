import Authentication
import JSON
import JobData
import JobModel
import JobProtocol
import JobReports
import JobRunning
import SystemPackage
import WebSockets

/// What a path of exports asks for.
enum ExportPath: Equatable {
    /// `/data/analyses/ID/report.html`, and the same of samples and in other forms.
    case report(DataKind, String, ReportFormat)
    /// `/data/analyses/ID/contigs.fasta`.
    case contigs(String)
    /// `/data/analyses/ID/reads.fastq?virus=ID`.
    case reads(String, ReportFormat)
    /// `/data/findings.tsv`.
    case findings(ReportFormat)

    /// Reads a path; nil if it is none of these.
    init?(_ path: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count >= 3, parts[0] == "", parts[1] == "data", let last = parts.last,
            let (name, format) = Self.file(last)
        else { return nil }
        if parts.count == 3, name == "findings", [.html, .tsv, .json].contains(format) {
            self = .findings(format)
            return
        }
        guard parts.count == 5, let kind = DataKind.allCases.first(where: { $0.plural == parts[2] })
        else { return nil }
        switch (name, format, kind) {
        case ("report", .html, _), ("report", .tsv, _), ("report", .json, _):
            self = .report(kind, parts[3], format)
        case ("contigs", .fasta, .analysis): self = .contigs(parts[3])
        case ("reads", .fasta, .analysis), ("reads", .fastq, .analysis):
            self = .reads(parts[3], format)
        default: return nil
        }
    }

    private static func file(_ text: String) -> (name: String, format: ReportFormat)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let format = ReportFormat(rawValue: String(parts[1])) else {
            return nil
        }
        return (String(parts[0]), format)
    }
}

extension FrontEnd {
    /// Sends what is handed out of kept things.
    func exportFile(_ path: ExportPath, _ request: HTTPRequest) async -> HTTPResponse {
        guard let identity = identity(of: request) else {
            return Self.json(["error": "not logged in"], status: 401)
        }
        // A report takes its time to be made, and a client that waits for it is no stranger.
        server.recognize(request.connection)
        guard let place = downloads.begin(for: identity.username) else {
            var busy = Self.json(["error": "too many downloads are being sent"], status: 503)
            busy.headers["Retry-After"] = "1"
            return busy
        }
        do throws(RPCError) {
            return try await export(path, request, for: identity.username) {
                rendition async throws(RPCError) in
                try await response(with: rendition, to: request, in: place)
            }
        } catch {
            let status =
                switch error.code {
                case .notFound: 404
                case .invalidParams, .badArguments: 400
                default: 503
                }
            return Self.json(["error": .string(error.message)], status: status)
        }
    }

    private func export(
        _ path: ExportPath,
        _ request: HTTPRequest,
        for username: String,
        _ handOut: (Rendition) async throws(RPCError) -> HTTPResponse
    ) async throws(RPCError) -> HTTPResponse {
        switch path {
        case .report(let kind, let id, let format):
            return try await export(kind, id, as: format, for: username, handOut)
        case .contigs(let id):
            return try await export(.analysis, id, as: .fasta, for: username, handOut)
        case .reads(let id, let format):
            guard let virus = request.queryValue("virus"), !virus.isEmpty else {
                throw .invalidParams("virus", "is required: the id of a virus")
            }
            let from = try Self.number("from", in: 0...(1 << 40), request)
            let limit = try Self.number("limit", in: Self.reads, request)
            let range =
                from == nil && limit == nil
                ? nil : (from ?? 0)..<((from ?? 0) + (limit ?? Self.reads.upperBound))
            return try await exportReads(of: id, virus, as: format, in: range, for: username) {
                rendition,
                _ async throws(RPCError) in
                try await handOut(rendition)
            }
        case .findings(let format):
            var query = DataKeeper.FindingsQuery()
            query.samples = request.query.filter { $0.name == "sample" }.map(\.value)
            query.algorithm = request.queryValue("algorithm")
            query.everyAnalysis = try Self.flag("every", request)
            let layout = try Self.layout(request.queryValue("layout"))
            return try await exportFindings(query, as: format, layout, for: username, handOut)
        }
    }

    private static func number(
        _ name: String,
        in range: ClosedRange<Int>,
        _ request: HTTPRequest
    ) throws(RPCError) -> Int? {
        guard let text = request.queryValue(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalidParams(
                name,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    private static func flag(
        _ name: String,
        _ request: HTTPRequest
    ) throws(RPCError) -> Bool {
        switch request.queryValue(name) {
        case nil, "false": return false
        case "true": return true
        case let text?: throw .invalidParams(name, "must be true or false, not \"\(text)\"")
        }
    }

    /// Sends a text piece by piece, so that its place is taken for as long as a client reads it.
    private func response(
        with rendition: Rendition,
        to request: HTTPRequest,
        in place: Download
    ) async throws(RPCError) -> HTTPResponse {
        let kind = rendition.format == .html ? "inline" : "attachment"
        var response = HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": rendition.format.contentType,
                "Content-Disposition": "\(kind); filename=\"\(rendition.name)\"",
                "Content-Security-Policy": rendition.format.contentSecurityPolicy,
                "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "private, no-store",
            ]
        )
        let count = rendition.text.utf8.count
        if request.method == "HEAD" {
            response.stream = HTTPBodyStream(count: count) { nil }
        } else if count <= Self.pieceBytes {
            let bytes = Array(rendition.text.utf8)
            response.stream = HTTPBodyStream(count: count) { withExtendedLifetime(place) { bytes } }
        } else {
            let file = try await spool(rendition)
            let reader = FileReader(file, 0..<count, in: place)
            response.stream = HTTPBodyStream(count: count) {
                await reader.next(limit: Self.pieceBytes)
            }
        }
        return response
    }

    private func spool(_ rendition: Rendition) async throws(RPCError) -> OpenFile {
        do throws(Errno) {
            return try await outputs.spool(Array(rendition.text.utf8))
        } catch {
            throw RPCError(
                .unavailable,
                "there is no room for \(rendition.name) on its way out: \(error)",
                retry: true
            )
        }
    }
}
