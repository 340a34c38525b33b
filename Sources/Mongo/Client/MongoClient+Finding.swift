import CMongoc

extension MongoClient {
    /// Finds documents, and hands them over one by one as they come.
    ///
    /// - Parameters:
    ///   - namespace: Where to look.
    ///   - filter: Which ones; empty for all.
    ///   - options: As the server's `find` command names them: `sort`, `limit`, `projection`, ….
    ///   - session: Whose transaction it is part of, if there is one.
    ///   - body: Gets each document; false ends it. May not use the client meanwhile but to read.
    /// - Throws: Why the server failed, perhaps half way, or what the body threw.
    public func find(
        _ namespace: MongoNamespace,
        _ filter: BSONDocument = [:],
        options: BSONDocument = [:],
        session: MongoSession? = nil,
        _ body: (BSONDocument) throws(MongoError) -> Bool
    ) throws(MongoError) {
        try withCollection(namespace) { (collection) throws(MongoError) in
            try withOptions(options, session: session) { (options) throws(MongoError) in
                try withDocument(filter) { (filter) throws(MongoError) in
                    try drain(
                        mongoc_collection_find_with_opts(collection, filter, options, nil),
                        body
                    )
                }
            }
        }
    }

    /// Finds documents.
    ///
    /// - Parameters:
    ///   - namespace: Where to look.
    ///   - filter: Which ones; empty for all.
    ///   - options: As the server's `find` command names them: `sort`, `limit`, `projection`, ….
    ///   - session: Whose transaction it is part of, if there is one.
    /// - Returns: All of them.
    /// - Throws: Why the server failed.
    public func find(
        _ namespace: MongoNamespace,
        _ filter: BSONDocument = [:],
        options: BSONDocument = [:],
        session: MongoSession? = nil
    ) throws(MongoError) -> [BSONDocument] {
        var found: [BSONDocument] = []
        try find(namespace, filter, options: options, session: session) { document in
            found.append(document)
            return true
        }
        return found
    }

    /// Finds the first document.
    ///
    /// - Parameters:
    ///   - namespace: Where to look.
    ///   - filter: Which one; empty for any.
    ///   - options: As the server's `find` command names them: `sort`, `projection`, ….
    ///   - session: Whose transaction it is part of, if there is one.
    /// - Returns: The document, if there is one.
    /// - Throws: Why the server failed.
    public func findOne(
        _ namespace: MongoNamespace,
        _ filter: BSONDocument = [:],
        options: BSONDocument = [:],
        session: MongoSession? = nil
    ) throws(MongoError) -> BSONDocument? {
        var found: BSONDocument?
        // Says that no second one is wanted, so that the server keeps no cursor.
        let one: BSONDocument = ["limit": 1, "singleBatch": true]
        try find(namespace, filter, options: one.merging(options), session: session) { document in
            found = document
            return false
        }
        return found
    }

    /// Runs a pipeline over a collection, and hands its results over one by one.
    ///
    /// - Parameters:
    ///   - namespace: Where it begins.
    ///   - pipeline: The stages.
    ///   - options: As the server's `aggregate` command names them.
    ///   - session: Whose transaction it is part of, if there is one.
    ///   - body: Gets each document; false ends it.
    /// - Throws: Why the server failed, perhaps half way, or what the body threw.
    public func aggregate(
        _ namespace: MongoNamespace,
        _ pipeline: [BSONDocument],
        options: BSONDocument = [:],
        session: MongoSession? = nil,
        _ body: (BSONDocument) throws(MongoError) -> Bool
    ) throws(MongoError) {
        let stages: BSONDocument = ["pipeline": .array(pipeline.map { .document($0) })]
        try withCollection(namespace) { (collection) throws(MongoError) in
            try withOptions(options, session: session) { (options) throws(MongoError) in
                try withDocument(stages) { (stages) throws(MongoError) in
                    try drain(
                        mongoc_collection_aggregate(
                            collection,
                            MONGOC_QUERY_NONE,
                            stages,
                            options,
                            nil
                        ),
                        body
                    )
                }
            }
        }
    }

    /// Reads a cursor to its end, or until the body has had enough.
    private func drain(
        _ cursor: OpaquePointer?,
        _ body: (BSONDocument) throws(MongoError) -> Bool
    ) throws(MongoError) {
        guard let cursor else {
            preconditionFailure("libmongoc gives an object or ends the process")
        }
        // Also tells the server that the rest is not wanted.
        defer { mongoc_cursor_destroy(cursor) }
        var document: OpaquePointer?
        while mongoc_cursor_next(cursor, &document) {
            // Valid until the next one only, so it is copied.
            guard let document, try body(copy(document)) else { return }
        }
        var detail: OpaquePointer?
        var labelled: BSONDocument = [:]
        let answer = ask { _, error in
            let hasFailed = mongoc_cursor_error_document(cursor, error, &detail)
            labelled = detail.map(copy) ?? [:]
            return !hasFailed
        }
        if let error = answer.error {
            throw error.labelled(by: labelled)
        }
    }
}
