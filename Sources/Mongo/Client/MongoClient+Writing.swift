import CMongoc

extension MongoClient {
    /// Writes many things at once.
    ///
    /// They go to the server in as few messages as possible: neighbours of the same kind go together.
    ///
    /// - Parameters:
    ///   - namespace: Where to write.
    ///   - writes: What to write; nothing is nothing, without a call.
    ///   - ordered: One after another, up to the first that is refused; otherwise each for itself.
    ///   - session: Whose transaction it is part of, if there is one.
    /// - Returns: What was done.
    /// - Throws: Why not all was done; ``MongoError/bulk`` says what was, and what was refused.
    @discardableResult
    public func bulkWrite(
        _ namespace: MongoNamespace,
        _ writes: [MongoWrite],
        ordered: Bool = true,
        session: MongoSession? = nil
    ) throws(MongoError) -> MongoBulkResult {
        guard !writes.isEmpty else { return MongoBulkResult([:]) }
        let options: BSONDocument = ["ordered": .bool(ordered)]
        return try withCollection(namespace) { (collection) throws(MongoError) in
            try withOptions(options, session: session) { (options) throws(MongoError) in
                guard
                    let bulk = mongoc_collection_create_bulk_operation_with_opts(
                        collection,
                        options
                    )
                else {
                    preconditionFailure("libmongoc gives an object or ends the process")
                }
                defer { mongoc_bulk_operation_destroy(bulk) }
                for write in writes {
                    try append(write, to: bulk)
                }
                let answer = ask { reply, error in
                    mongoc_bulk_operation_execute(bulk, reply, error) != 0
                }
                return MongoBulkResult(try answer.get())
            }
        }
    }

    /// Adds a document.
    ///
    /// - Parameters:
    ///   - document: What to add, with its `_id`.
    ///   - namespace: Where.
    ///   - session: Whose transaction it is part of, if there is one.
    /// - Throws: Why not; ``MongoError/isDuplicateKey`` if there is one of its key.
    public func insert(
        _ document: BSONDocument,
        into namespace: MongoNamespace,
        session: MongoSession? = nil
    ) throws(MongoError) {
        try bulkWrite(namespace, [.insert(document)], session: session)
    }

    /// Puts a write at the end of a bulk, which copies it.
    private func append(_ write: MongoWrite, to bulk: OpaquePointer) throws(MongoError) {
        switch write {
        case .insert(let document):
            try withArguments(document, [:], upsert: nil) { document, _, options, error in
                mongoc_bulk_operation_insert_with_opts(bulk, document, options, error)
            }
        case .update(let filter, let update, let upsert, let many):
            let call =
                many
                ? mongoc_bulk_operation_update_many_with_opts
                : mongoc_bulk_operation_update_one_with_opts
            try withArguments(filter, update, upsert: upsert) { filter, update, options, error in
                call(bulk, filter, update, options, error)
            }
        case .replace(let filter, let document, let upsert):
            try withArguments(filter, document, upsert: upsert) { filter, new, options, error in
                mongoc_bulk_operation_replace_one_with_opts(bulk, filter, new, options, error)
            }
        case .remove(let filter, let many):
            let call =
                many
                ? mongoc_bulk_operation_remove_many_with_opts
                : mongoc_bulk_operation_remove_one_with_opts
            try withDocument(filter) { (filter) throws(MongoError) in
                _ = try ask { _, error in call(bulk, filter, nil, error) }.get()
            }
        }
    }

    /// Lends a write's documents and options to C.
    private func withArguments(
        _ first: BSONDocument,
        _ second: BSONDocument,
        upsert: Bool?,
        _ call: (
            OpaquePointer, OpaquePointer, OpaquePointer, UnsafeMutablePointer<bson_error_t>
        ) -> Bool
    ) throws(MongoError) {
        // Ours are right by construction, and the library would refuse empty names of fields.
        var options: BSONDocument = ["validate": false]
        if upsert == true {
            options = ["validate": false, "upsert": true]
        }
        try withDocument(first) { (first) throws(MongoError) in
            try withDocument(second) { (second) throws(MongoError) in
                try withDocument(options) { (options) throws(MongoError) in
                    _ = try ask { _, error in call(first, second, options, error) }.get()
                }
            }
        }
    }
}
