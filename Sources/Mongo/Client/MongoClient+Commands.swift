import CMongoc

/// What a command does, and so what is said with it of reading and writing.
public enum MongoCommandKind: Hashable, Sendable {
    /// Neither reads nor writes data, or takes no concerns: `hello`, `listIndexes`, `collMod`.
    case plain
    /// Reads: read concern majority goes with it.
    case read
    /// Writes: write concern majority with journal goes with it.
    case write
}

extension MongoClient {
    /// Runs a command on the primary.
    ///
    /// - Parameters:
    ///   - command: Its name is the first field.
    ///   - database: Where it runs.
    ///   - kind: What concerns go with it.
    ///   - session: Whose transaction it is part of, if there is one.
    /// - Returns: The server's reply.
    /// - Throws: Why it failed; also if the reply is fine but for its write concern.
    @discardableResult
    public func command(
        _ command: BSONDocument,
        database: String,
        kind: MongoCommandKind = .plain,
        session: MongoSession? = nil
    ) throws(MongoError) -> BSONDocument {
        try perform(command, database: database, kind: kind, options: [:], session: session)
    }

    /// Runs a command with options of the library's, such as which server is to do it.
    func perform(
        _ command: BSONDocument,
        database: String,
        kind: MongoCommandKind,
        options: BSONDocument,
        session: MongoSession?
    ) throws(MongoError) -> BSONDocument {
        try withOptions(options, session: session) { (options) throws(MongoError) in
            try withDocument(command) { (command) throws(MongoError) in
                let answer = ask { reply, error in
                    switch kind {
                    case .plain:
                        mongoc_client_command_with_opts(
                            pointer,
                            database,
                            command,
                            nil,
                            options,
                            reply,
                            error
                        )
                    case .read:
                        mongoc_client_read_command_with_opts(
                            pointer,
                            database,
                            command,
                            nil,
                            options,
                            reply,
                            error
                        )
                    case .write:
                        mongoc_client_write_command_with_opts(
                            pointer,
                            database,
                            command,
                            options,
                            reply,
                            error
                        )
                    }
                }
                return try answer.get()
            }
        }
    }
}
