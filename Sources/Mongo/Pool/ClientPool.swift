import CMongoc

/// libmongoc's pool: what its clients share is the picture of the servers, and the sessions.
///
/// `@unchecked Sendable`: the pointer is set once, and a pool is the one thing in libmongoc that any
/// thread may use at any time. It lives until the last client has been given back, for every lease
/// holds on to it.
final class ClientPool: @unchecked Sendable {
    let pointer: OpaquePointer
    /// For how long a server may be silent before the connection counts as broken.
    let silence: Duration?

    /// Makes a pool; the names of `mongodb+srv` are looked up here, nothing else is asked yet.
    init(_ uri: MongoURI) throws(MongoError) {
        (pointer, silence) = try uri.withParsed { (uri) throws(MongoError) in
            Self.stateConcerns(in: uri)
            var pool: OpaquePointer?
            let answer = ask { _, error in
                pool = mongoc_client_pool_new_with_error(uri, error)
                return pool != nil
            }
            guard let pool else {
                throw answer.error ?? MongoError(misuse: "there is no pool for this URI")
            }
            mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2)
            // The threads that pop are what is limited, not the clients; so no pop ever waits.
            mongoc_client_pool_max_size(pool, UInt32.max)
            let timeout = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, 0)
            return (pool, timeout > 0 ? Duration.milliseconds(timeout) : nil)
        }
    }

    deinit {
        mongoc_client_pool_destroy(pointer)
    }

    /// Says in the URI what every database and collection inherits, and with it every operation:
    /// written on a majority of disks, and read back from there.
    private static func stateConcerns(in uri: OpaquePointer) {
        withWriteConcern { mongoc_uri_set_write_concern(uri, $0) }
        withReadConcern { mongoc_uri_set_read_concern(uri, $0) }
        let preference = mongoc_read_prefs_new(MONGOC_READ_PRIMARY)
        mongoc_uri_set_read_prefs_t(uri, preference)
        mongoc_read_prefs_destroy(preference)
    }
}

/// Lends the one write concern that there is: a majority, with its journals.
func withWriteConcern(_ body: (OpaquePointer) -> Void) {
    guard let concern = mongoc_write_concern_new() else {
        preconditionFailure("libmongoc gives an object or ends the process")
    }
    mongoc_write_concern_set_wmajority(concern, 0)
    mongoc_write_concern_set_journal(concern, true)
    body(concern)
    mongoc_write_concern_destroy(concern)
}

/// Lends the one read concern that there is: what a majority has.
func withReadConcern(_ body: (OpaquePointer) -> Void) {
    guard let concern = mongoc_read_concern_new() else {
        preconditionFailure("libmongoc gives an object or ends the process")
    }
    mongoc_read_concern_set_level(concern, MONGOC_READ_CONCERN_LEVEL_MAJORITY)
    body(concern)
    mongoc_read_concern_destroy(concern)
}
