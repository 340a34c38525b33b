import CMongoc

// A `bson_t` asks for an alignment that Swift does not keep; so they live on the heap only, and
// within these functions.

/// Lends a copy of a document to C; the library may append to it, and keeps nothing of it.
func withDocument<Result: ~Copyable>(
    _ document: BSONDocument,
    _ body: (OpaquePointer) throws(MongoError) -> Result
) throws(MongoError) -> Result {
    guard let copy = bson_new_from_data(document.bytes, document.bytes.count) else {
        throw MongoError(misuse: "these bytes are not a BSON document")
    }
    defer { bson_destroy(copy) }
    return try body(copy)
}

/// Lends a copy of options to C, with the session among them.
func withOptions<Result: ~Copyable>(
    _ options: BSONDocument,
    session: MongoSession?,
    _ body: (OpaquePointer) throws(MongoError) -> Result
) throws(MongoError) -> Result {
    try withDocument(options) { (copy) throws(MongoError) in
        if let session {
            let answer = ask { _, error in
                mongoc_client_session_append(session.pointer, copy, error)
            }
            if let error = answer.error { throw error }
        }
        return try body(copy)
    }
}

/// Copies a document that C lends.
func copy(_ document: OpaquePointer) -> BSONDocument {
    guard let bytes = bson_get_data(document) else { return [:] }
    // The structure's fields are not to be had in Swift, but a document begins with its length.
    let length = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)
    return BSONDocument(
        bytes: Array(UnsafeBufferPointer(start: bytes, count: Int(UInt32(littleEndian: length))))
    )
}
