import CMongoc

extension MongoError {
    /// Takes an error of the library's, and what the reply says of it.
    init(_ error: UnsafePointer<bson_error_t>, reply: BSONDocument) {
        let code = Int(error.pointee.code)
        let message = withUnsafeBytes(of: error.pointee.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        var bulk: MongoBulkResult?
        if reply["nInserted"] != nil {
            bulk = MongoBulkResult(reply)
        }
        self.init(
            domain: Domain(error.pointee.domain, code: code),
            code: code,
            message: message,
            labels: Self.labels(in: reply),
            bulk: bulk
        )
    }

    /// An error of the caller's.
    init(misuse message: String) {
        self.init(domain: .misuse, code: 0, message: message)
    }

    /// The pool has been closed.
    static var closed: MongoError {
        MongoError(domain: .closed, code: 0, message: "the connection to MongoDB is closed")
    }

    /// The same error with the labels of a document that came apart from it.
    func labelled(by document: BSONDocument) -> MongoError {
        MongoError(
            domain: domain,
            code: code,
            message: message,
            labels: labels.union(Self.labels(in: document)),
            bulk: bulk
        )
    }

    /// The labels of a reply, and those of the write concern errors within.
    private static func labels(in reply: BSONDocument) -> Set<String> {
        var labels = Set((reply["errorLabels"]?.arrayValue ?? []).compactMap(\.stringValue))
        if let inner = reply["writeConcernError"]?.documentValue {
            labels.formUnion((inner["errorLabels"]?.arrayValue ?? []).compactMap(\.stringValue))
        }
        return labels
    }
}

extension MongoError.Domain {
    /// The one place where libmongoc's domains get their meaning.
    fileprivate init(_ domain: UInt32, code: Int) {
        switch mongoc_error_domain_t(domain) {
        case MONGOC_ERROR_SERVER: self = .server
        case MONGOC_ERROR_WRITE_CONCERN: self = .writeConcern
        case MONGOC_ERROR_SERVER_SELECTION: self = .serverSelection
        case MONGOC_ERROR_STREAM: self = .stream
        case MONGOC_ERROR_SASL, MONGOC_ERROR_SCRAM: self = .authentication
        case MONGOC_ERROR_CLIENT where code == Int(MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue):
            self = .authentication
        case MONGOC_ERROR_TRANSACTION: self = .transaction
        case MONGOC_ERROR_COMMAND, MONGOC_ERROR_BSON: self = .misuse
        default: self = .other(domain)
        }
    }
}
