/// The answer to an HTTP request.
///
/// `Content-Length`, `Date` and `Connection` are added by the server; the body of an answer to `HEAD`
/// is counted but not sent.
public struct HTTPResponse: Sendable {
    /// The status code, such as 200.
    public var status: Int
    /// The header fields beyond those that the server adds.
    public var headers: HTTPHeaders
    /// The body's bytes.
    public var body: [UInt8]
    /// What makes the body while it goes out; nil if it is there already, in ``body``.
    public var stream: HTTPBodyStream?

    /// Makes an answer of bytes.
    /// - Parameters:
    ///   - status: the status code
    ///   - headers: the header fields
    ///   - body: the body
    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of plain text.
    /// - Parameters:
    ///   - status: the status code
    ///   - text: a sentence for people
    public init(status: Int, text: String) {
        self.init(
            status: status,
            headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: Array(text.utf8)
        )
    }
}
