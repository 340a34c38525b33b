import CMongoc

/// What is done to a document that is found and changed in one step.
public enum MongoModification: Hashable, Sendable {
    /// Changes it by operators such as `$set`, or by ``BSONDocument/pipeline(_:)``.
    case update(BSONDocument, upsert: Bool = false)
    /// Removes it.
    case remove
}

/// Which state of a changed document is wanted.
public enum MongoReturnedDocument: Hashable, Sendable {
    /// As it was.
    case before
    /// As it is now.
    case after
}

extension MongoClient {
    /// Finds the first document that a filter chooses, and changes it, in one step.
    ///
    /// - Parameters:
    ///   - namespace: Where to look.
    ///   - filter: Which document.
    ///   - modification: What to do to it.
    ///   - returning: Which state of it is wanted.
    ///   - options: As the server's `findAndModify` command names them: `sort`, `fields`, ….
    ///   - session: Whose transaction it is part of, if there is one.
    /// - Returns: The document; nil if the filter chose none.
    /// - Throws: Why it failed.
    public func findAndModify(
        _ namespace: MongoNamespace,
        _ filter: BSONDocument,
        _ modification: MongoModification,
        returning: MongoReturnedDocument = .after,
        options: BSONDocument = [:],
        session: MongoSession? = nil
    ) throws(MongoError) -> BSONDocument? {
        guard let request = mongoc_find_and_modify_opts_new() else {
            preconditionFailure("libmongoc gives an object or ends the process")
        }
        defer { mongoc_find_and_modify_opts_destroy(request) }
        var flags = MONGOC_FIND_AND_MODIFY_NONE.rawValue
        switch modification {
        case .update(let update, let upsert):
            flags |= upsert ? MONGOC_FIND_AND_MODIFY_UPSERT.rawValue : 0
            flags |= returning == .after ? MONGOC_FIND_AND_MODIFY_RETURN_NEW.rawValue : 0
            try withDocument(update) { update in
                _ = mongoc_find_and_modify_opts_set_update(request, update)
            }
        case .remove:
            flags |= MONGOC_FIND_AND_MODIFY_REMOVE.rawValue
        }
        mongoc_find_and_modify_opts_set_flags(request, mongoc_find_and_modify_flags_t(flags))
        try withOptions(options, session: session) { options in
            _ = mongoc_find_and_modify_opts_append(request, options)
        }
        let reply = try withCollection(namespace) { (collection) throws(MongoError) in
            try withDocument(filter) { (filter) throws(MongoError) in
                try ask { reply, error in
                    mongoc_collection_find_and_modify_with_opts(
                        collection,
                        filter,
                        request,
                        reply,
                        error
                    )
                }.get()
            }
        }
        return reply["value"]?.documentValue
    }
}
