import Authentication
import JSON
import JobProtocol
import Logging
import WebSockets

extension FrontEnd {
    static let cookie = "jobsync"

    // MARK: Who asks

    /// Who a request comes from, by its header or its cookie.
    func identity(of request: HTTPRequest) -> Identity? {
        guard case .token(let authenticator) = configuration.access else { return .local }
        if let authorization = request.headers["Authorization"] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return authenticator.identity(token: String(parts[1]))
        }
        return request.cookie(Self.cookie).flatMap { authenticator.identity(session: $0) }
    }

    func identity(token: String) -> Identity? {
        guard case .token(let authenticator) = configuration.access else { return .local }
        return authenticator.identity(token: token)
    }

    /// The answer to a request that comes from the wrong page or was meant for another host.
    func refusal(of request: HTTPRequest, checksOrigin: Bool = true) -> HTTPResponse? {
        let host = request.headers["Host"] ?? ""
        // A page of another site can have its own name lead to loopback; then
        // the browser takes us for that site. The name gives it away.
        if configuration.isLoopback, !Self.isLoopbackName(host) {
            return HTTPResponse(status: 403, text: "this server is not \"\(host)\"\n")
        }
        guard checksOrigin, let origin = request.headers["Origin"] else { return nil }
        let own = ["http://\(host)", "https://\(host)"]
        guard own.contains(origin) || configuration.allowedOrigins.contains(origin) else {
            return HTTPResponse(status: 403, text: "pages of \"\(origin)\" may not call\n")
        }
        return nil
    }

    private static func isLoopbackName(_ authority: String) -> Bool {
        let host: Substring
        if authority.hasPrefix("[") {
            host = authority.prefix { $0 != "]" }.dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
        }
        return host == "localhost" || host == "::1" || host.hasSuffix(".localhost")
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }

    // MARK: Sessions of browsers

    func session(_ request: HTTPRequest) -> HTTPResponse {
        guard let identity = identity(of: request) else {
            return Self.json(["error": "not logged in"], status: 401)
        }
        let mode = if case .everyone = configuration.access { "none" } else { "token" }
        return Self.json([
            "username": .string(identity.username),
            "permissions": .array(identity.permissionNames.map { .string($0) }),
            "auth": .string(mode),
        ])
    }

    /// Exchanges the one-time link for a cookie.
    func redeemLink(_ request: HTTPRequest) async -> HTTPResponse {
        guard case .token(let authenticator) = configuration.access else { return Self.toPage }
        guard let link = request.queryValue("link") else {
            return refusal(of: request, 400, "the link is incomplete\n")
        }
        do throws(AuthenticatorError) {
            guard let session = try await authenticator.openSession(link: link) else {
                if identity(of: request) != nil { return Self.toPage }
                return refusal(
                    of: request,
                    403,
                    "This link was used already or is wrong. "
                        + "Start the server again for a new one, or log in with the token.\n"
                )
            }
            var response = Self.toPage
            response.headers["Set-Cookie"] = setCookie(session, request)
            return response
        } catch {
            return unwritable(error)
        }
    }

    /// What a link that logs nobody in is answered with: a sentence, or for a browser the page, which says so above
    /// its field for the token.
    private func refusal(of request: HTTPRequest, _ status: Int, _ text: String) -> HTTPResponse {
        guard request.headers["Accept"]?.contains("text/html") == true,
            let page = page(status: status)
        else { return HTTPResponse(status: status, text: text) }
        return page
    }

    func logIn(_ request: HTTPRequest) async -> HTTPResponse {
        guard case .token(let authenticator) = configuration.access else {
            return HTTPResponse(status: 204)
        }
        guard let body = try? JSONValue(parsing: request.body),
            let token = body["token"]?.stringValue
        else { return Self.json(["error": "the body must be {\"token\": …}"], status: 400) }
        do throws(AuthenticatorError) {
            guard let session = try await authenticator.openSession(token: token) else {
                return Self.json(["error": "the token is wrong"], status: 401)
            }
            let cookie = setCookie(session, request)
            return HTTPResponse(status: 204, headers: ["Set-Cookie": cookie])
        } catch {
            return unwritable(error)
        }
    }

    func logOut(_ request: HTTPRequest) async -> HTTPResponse {
        if case .token(let authenticator) = configuration.access,
            let session = request.cookie(Self.cookie)
        {
            do throws(AuthenticatorError) {
                try await authenticator.closeSession(session)
            } catch {
                return unwritable(error)
            }
        }
        let expired = "\(Self.cookie)=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
        return HTTPResponse(status: 204, headers: ["Set-Cookie": expired])
    }

    private static let toPage = HTTPResponse(
        status: 303,
        headers: ["Location": "/", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"]
    )

    private func setCookie(_ session: String, _ request: HTTPRequest) -> String {
        let age = Authenticator.sessionLifetime.components.seconds
        // Behind a proxy with TLS the page says so by its origin.
        let isSecure = request.headers["Origin"]?.hasPrefix("https://") == true
        return "\(Self.cookie)=\(session); HttpOnly; SameSite=Strict; Path=/; Max-Age=\(age)"
            + (isSecure ? "; Secure" : "")
    }

    private func unwritable(_ error: AuthenticatorError) -> HTTPResponse {
        logger.error("sessions cannot be saved", metadata: ["error": "\(error)"])
        return Self.json(["error": "sessions cannot be saved at the moment"], status: 503)
    }
}
