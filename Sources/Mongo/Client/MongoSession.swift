import CMongoc

/// A session, for a transaction or one after another; used within its body and on its thread only.
public final class MongoSession {
    private var handle: OpaquePointer?

    /// Begins a session.
    ///
    /// - Parameters:
    ///   - client: Its connection.
    ///   - time: A timestamp of the server's clock; what is read is no older.
    /// - Throws: Why there is none.
    init(of client: OpaquePointer, after time: BSONValue? = nil) throws(MongoError) {
        let options = mongoc_session_opts_new()
        defer { mongoc_session_opts_destroy(options) }
        // Otherwise needless: all is read from the primary, of what a majority has.
        mongoc_session_opts_set_causal_consistency(options, time != nil)
        var session: OpaquePointer?
        let answer = ask { _, error in
            session = mongoc_client_start_session(client, options, error)
            return session != nil
        }
        _ = try answer.get()
        handle = session
        if case .timestamp(let seconds, let increment) = time {
            mongoc_client_session_advance_operation_time(session, seconds, increment)
        }
    }

    /// What the library knows it by.
    var pointer: OpaquePointer {
        guard let handle else { preconditionFailure("the session has ended with its body") }
        return handle
    }

    /// Gives the session back; aborts the transaction if there is one.
    func end() {
        mongoc_client_session_destroy(handle)
        handle = nil
    }

    /// Whether a transaction has been started, and neither committed nor aborted.
    public var isInTransaction: Bool { mongoc_client_session_in_transaction(pointer) }

    /// Starts a transaction; the server hears of it with the first operation.
    ///
    /// - Throws: That one is going on already.
    public func startTransaction() throws(MongoError) {
        let options = mongoc_transaction_opts_new()
        defer { mongoc_transaction_opts_destroy(options) }
        withWriteConcern { mongoc_transaction_opts_set_write_concern(options, $0) }
        withReadConcern { mongoc_transaction_opts_set_read_concern(options, $0) }
        let preference = mongoc_read_prefs_new(MONGOC_READ_PRIMARY)
        mongoc_transaction_opts_set_read_prefs(options, preference)
        mongoc_read_prefs_destroy(preference)
        _ = try ask { _, error in
            mongoc_client_session_start_transaction(pointer, options, error)
        }.get()
    }

    /// Commits the transaction: all of it, or nothing.
    ///
    /// After an error with ``MongoError/isCommitUnknown`` it may be called again, which never does
    /// anything twice; the library has tried a second time already.
    ///
    /// - Throws: Why it is not committed; if ``MongoError/isOutcomeUnknown``, it may be after all.
    public func commit() throws(MongoError) {
        _ = try ask { reply, error in
            mongoc_client_session_commit_transaction(pointer, reply, error)
        }.get()
    }

    /// Ends the transaction with nothing done.
    ///
    /// Where the server cannot be told, it finds out by itself; that is no error.
    ///
    /// - Throws: That there is no transaction, or that it was committed.
    public func abort() throws(MongoError) {
        _ = try ask { _, error in
            mongoc_client_session_abort_transaction(pointer, error)
        }.get()
    }
}
