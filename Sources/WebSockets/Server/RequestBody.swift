/// What a request's head says of its body, and whether we take it.
enum RequestBody {
    /// There is none.
    case none
    /// So many bytes are to come.
    case expected(Int)
    /// It cannot be taken, or nothing can be read behind it.
    case refused(HTTPResponse)

    init(of head: RequestHead, limit: Int) {
        guard head.headers["transfer-encoding"] == nil else {
            // Nobody needs chunks here.
            self = .refused(HTTPResponse(status: 411, text: "Content-Length is required.\n"))
            return
        }
        guard let text = head.headers["content-length"] else {
            self =
                head.method == "POST"
                ? .refused(HTTPResponse(status: 411, text: "Content-Length is required.\n")) : .none
            return
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else {
            self = .refused(HTTPResponse(status: 400, text: "Content-Length is not a number.\n"))
            return
        }
        guard let count = Int(text), count <= limit else {
            let text = "The body may have \(limit) bytes at most.\n"
            self = .refused(HTTPResponse(status: 413, text: text))
            return
        }
        self = count == 0 ? .none : .expected(count)
    }
}
