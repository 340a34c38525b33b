import CMongoc

/// Where MongoDB is and how to log in there: `mongodb://…` or `mongodb+srv://…`.
///
/// All that the C driver knows is understood: replica sets, TLS, SCRAM and certificates. Never put
/// the URI itself into a message; ``redacted`` is for that.
public struct MongoURI: Sendable {
    let text: String
    /// Options that hold where the text is silent, by their names in lower case.
    private var defaults: [String: Value] = [:]

    /// The database that the URI names; nil if none.
    public let database: String?

    /// The URI without its password and without other secrets, for messages and logs.
    public let redacted: String

    /// The value of an option.
    public enum Value: Hashable, Sendable {
        /// A truth value.
        case bool(Bool)
        /// A duration, for options whose names end in `MS`.
        case duration(Duration)
        /// A text.
        case string(String)
    }

    /// Parses a URI; no name is looked up yet.
    ///
    /// - Parameter text: The URI.
    /// - Throws: What is wrong with it, without its secrets.
    public init(_ text: String) throws(MongoError) {
        _ = Library.isSetUp
        let secrets = SecretParts(of: text)
        self.text = text
        var uri: OpaquePointer?
        let answer = ask { _, error in
            uri = mongoc_uri_new_with_error(text, error)
            return uri != nil
        }
        guard let uri else {
            throw MongoError(misuse: secrets.hidden(inRefusal: answer.error?.message ?? ""))
        }
        defer { mongoc_uri_destroy(uri) }
        if let password = mongoc_uri_get_password(uri) {
            Secrets.add(String(cString: password))
        }
        database = mongoc_uri_get_database(uri).map { String(cString: $0) }
        // The library takes the first @ for the one before the hosts.
        guard !hosts(of: uri).contains(where: { $0.contains("@") }) else {
            throw MongoError(misuse: "\(SecretParts.refusal)an @ in a password is written %40")
        }
        redacted = redactedText(of: uri)
    }

    /// The same URI with options that hold only where it does not mention them.
    ///
    /// - Parameter options: Their names, as `socketTimeoutMS`, and values.
    /// - Returns: The URI; what it or an earlier call says comes first.
    public func withDefaults(_ options: [String: Value]) -> MongoURI {
        var copy = self
        for (name, value) in options {
            copy.defaults[name.lowercased()] = copy.defaults[name.lowercased()] ?? value
        }
        return copy
    }

    /// Short waits, so that a server that is gone is noticed within seconds.
    ///
    /// libmongoc would wait 5 minutes for an answer, 10 s for a connection, and look every 10 s
    /// whether another server leads.
    public static let shortWaits: [String: Value] = [
        MONGOC_URI_SOCKETTIMEOUTMS: .duration(.seconds(5)),
        MONGOC_URI_CONNECTTIMEOUTMS: .duration(.seconds(3)),
        MONGOC_URI_SERVERSELECTIONTIMEOUTMS: .duration(.seconds(10)),
        MONGOC_URI_HEARTBEATFREQUENCYMS: .duration(.seconds(1)),
        MONGOC_URI_RETRYWRITES: .bool(true),
        MONGOC_URI_RETRYREADS: .bool(true),
    ]

    /// Lends the parsed URI to C, with the defaults applied.
    func withParsed<Result>(
        _ body: (OpaquePointer) throws(MongoError) -> Result
    ) throws(MongoError) -> Result {
        guard let uri = mongoc_uri_new(text) else {
            throw MongoError(misuse: "the URI cannot be parsed again")
        }
        defer { mongoc_uri_destroy(uri) }
        for (name, value) in defaults where !mongoc_uri_has_option(uri, name) {
            guard Self.set(name, to: value, in: uri) else {
                throw MongoError(misuse: "MongoDB's option \(name) does not take this value")
            }
        }
        return try body(uri)
    }

    private static func set(_ name: String, to value: Value, in uri: OpaquePointer) -> Bool {
        switch value {
        case .bool(let value):
            mongoc_uri_set_option_as_bool(uri, name, value)
        case .duration(let value):
            mongoc_uri_set_option_as_int32(uri, name, value.milliseconds)
        case .string(let value) where name == MONGOC_URI_APPNAME:
            mongoc_uri_set_appname(uri, value)
        case .string(let value):
            mongoc_uri_set_option_as_utf8(uri, name, value)
        }
    }
}

extension Duration {
    /// Whole milliseconds, as many as the driver can take.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let milliseconds = Double(seconds) * 1000 + Double(attoseconds) / 1e15
        return Int32(min(max(milliseconds, 0), Double(Int32.max)))
    }
}
