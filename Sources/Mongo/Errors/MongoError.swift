/// Why something that was asked of MongoDB did not work.
///
/// What to do about it is answered by the properties: ``isRetryable``, ``isOutcomeUnknown`` and
/// others; domain and code are for logs.
public struct MongoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which part an error comes from.
    public enum Domain: Hashable, Sendable {
        /// The server: ``MongoError/code`` is one of its own, as 11000 or 112.
        case server
        /// The server did the write, but not as durably as was asked for.
        case writeConcern
        /// No server was to be found for this, within the time allowed.
        case serverSelection
        /// The connection: it could not be made, broke, or was silent for too long.
        case stream
        /// Logging in.
        case authentication
        /// The order of calls in a transaction.
        case transaction
        /// The caller: a URI, an option or a call that cannot be.
        case misuse
        /// The pool is closed.
        case closed
        /// Anything else, by libmongoc's number.
        case other(UInt32)
    }

    /// Which part it comes from.
    public let domain: Domain
    /// The number of the error in its domain.
    public let code: Int
    /// A sentence for people, in the server's or the library's words.
    public let message: String
    /// What the server or the library says of how to go on, such as `TransientTransactionError`.
    public let labels: Set<String>
    /// What was done before a bulk failed, and which of its writes were refused.
    public let bulk: MongoBulkResult?

    /// Joins the parts of an error.
    ///
    /// - Parameters:
    ///   - domain: Which part it comes from.
    ///   - code: The number of the error in its domain.
    ///   - message: A sentence for people; passwords in it are blackened.
    ///   - labels: What is said of how to go on.
    ///   - bulk: What was done before a bulk failed.
    public init(
        domain: Domain,
        code: Int,
        message: String,
        labels: Set<String> = [],
        bulk: MongoBulkResult? = nil
    ) {
        self.domain = domain
        self.code = code
        self.message = Secrets.hidden(in: message)
        self.labels = labels
        self.bulk = bulk
    }

    /// A sentence for people, and the code for whoever looks it up.
    public var description: String {
        code == 0 ? message : "\(message) (code \(code))"
    }
}
