/// What a request's head says of its body, and whether we take it.
enum RequestBody {
    /// There is none.
    case none
    /// So many bytes are to come.
    case expected(Int)
    /// There are more bytes to come than we take.
    case tooLarge(HTTPResponse)
    /// The head cannot be relied on, so nothing can be read after it.
    case refused(HTTPResponse)

    init(of request: HTTPRequest, limit: Int) {
        let headerBytes = request.headers.reduce(request.path.utf8.count) { count, field in
            count + field.name.utf8.count + field.value.utf8.count
        }
        guard headerBytes <= HTTPLimits.headerBytes else {
            self = .refused(HTTPResponse(status: 431, text: "The header is too large.\n"))
            return
        }
        guard request.headers["transfer-encoding"] == nil else {
            // The library hands out chunks as they are, and nobody needs them here.
            self = .refused(HTTPResponse(status: 411, text: "Content-Length is required.\n"))
            return
        }
        guard let text = request.headers["content-length"] else {
            let needsOne = ["POST", "PUT", "PATCH"].contains(request.method)
            self =
                needsOne
                ? .refused(HTTPResponse(status: 411, text: "Content-Length is required.\n")) : .none
            return
        }
        guard let count = Int(text), count >= 0, text.utf8.first != UInt8(ascii: "+") else {
            self = .refused(HTTPResponse(status: 400, text: "Content-Length is not a number.\n"))
            return
        }
        if count > limit {
            let text = "The body may have \(limit) bytes at most.\n"
            self = .tooLarge(HTTPResponse(status: 413, text: text))
        } else if count == 0 && request.method != "POST" {
            self = .none
        } else {
            // The library tells the end even of a POST's empty body.
            self = .expected(count)
        }
    }
}
