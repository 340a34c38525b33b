import Authentication
import JSON
import JobManagement
import JobModel
import JobProtocol
public import WebSockets

extension FrontEnd {
    /// Answers a request of plain HTTP.
    ///
    /// - Parameter request: The request.
    /// - Returns: The answer.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let isReading = request.method == "GET" || request.method == "HEAD"
        if let refusal = refusal(of: request, checksOrigin: !isReading) { return refusal }
        switch (request.method, request.path) {
        case ("GET", "/healthz"), ("HEAD", "/healthz"): return await health()
        case ("GET", "/metrics"), ("HEAD", "/metrics"): return await metrics(request)
        case ("GET", "/session"): return session(request)
        case ("GET", "/login"): return await redeemLink(request)
        case ("POST", "/login"): return await logIn(request)
        case ("POST", "/logout"): return await logOut(request)
        case ("GET", let path) where Self.isJobFile(path),
            ("HEAD", let path) where Self.isJobFile(path):
            return await jobFile(request)
        case ("GET", let path), ("HEAD", let path):
            if let export = ExportPath(path) { return await exportFile(export, request) }
            return pageFile(path, request)
        default: return notAllowed(request)
        }
    }

    private func notAllowed(_ request: HTTPRequest) -> HTTPResponse {
        let allowed = ["/login": "GET, POST", "/logout": "POST"][request.path] ?? "GET, HEAD"
        var response = HTTPResponse(status: 405, text: "\(request.path) takes \(allowed)\n")
        response.headers["Allow"] = allowed
        return response
    }

    private func health() async -> HTTPResponse {
        if isDraining { return Self.json(["status": "draining"], status: 503) }
        let troubles = await manager.troubles
        guard await manager.answers, troubles.isEmpty else {
            var document: JSONObject = ["status": "unavailable"]
            if !troubles.isEmpty {
                document["troubles"] = .array(troubles.map { .object($0.document) })
            }
            return Self.json(.object(document), status: 503)
        }
        return Self.json(["status": "ok"])
    }

    private func pageFile(_ path: String, _ request: HTTPRequest) -> HTTPResponse {
        guard let file = configuration.page[path] else {
            let hint =
                path == "/" && configuration.page.isEmpty
                ? "the page's files were not found; start with --web DIR\n" : "not found\n"
            return HTTPResponse(status: 404, text: hint)
        }
        var headers = Self.pageHeaders
        headers["ETag"] = file.etag
        guard request.headers["If-None-Match"] != file.etag else {
            return HTTPResponse(status: 304, headers: headers)
        }
        return Self.response(with: file, headers)
    }

    /// The page as the answer to something that failed, which nobody may keep; nil if there is none.
    func page(status: Int) -> HTTPResponse? {
        configuration.page["/"].map { file in
            var headers = Self.pageHeaders
            headers["Cache-Control"] = "no-store"
            return Self.response(with: file, headers, status: status)
        }
    }

    private static func response(
        with file: PageFiles.File,
        _ headers: HTTPHeaders,
        status: Int = 200
    ) -> HTTPResponse {
        var headers = headers
        headers["Content-Type"] = file.type
        return HTTPResponse(status: status, headers: headers, body: file.bytes)
    }

    private static let pageHeaders: HTTPHeaders = [
        "Cache-Control": "no-cache",
        "Content-Security-Policy": """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
        img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types 'none'
        """,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    ]

    static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
            body: value.encoded
        )
    }
}
