import CMongoc

/// What came of a call of the library.
struct LibraryAnswer {
    /// The reply document; empty where a call has none.
    let reply: BSONDocument
    /// Why the call failed; nil if it did not.
    let error: MongoError?

    /// The reply, if the call did not fail.
    func get() throws(MongoError) -> BSONDocument {
        if let error { throw error }
        return reply
    }
}

/// Calls the library: the one door through which its errors and replies come.
///
/// - Parameter call: gets room for a reply and for an error, and says whether all went well
/// - Returns: what came of it
func ask(
    _ call: (_ reply: OpaquePointer, _ error: UnsafeMutablePointer<bson_error_t>) -> Bool
) -> LibraryAnswer {
    let room = UnsafeMutableRawPointer.allocate(
        byteCount: cmongoc_document_size,
        alignment: cmongoc_document_alignment
    )
    let errorRoom = UnsafeMutableRawPointer.allocate(
        byteCount: MemoryLayout<bson_error_t>.size,
        alignment: cmongoc_error_alignment
    )
    let error = errorRoom.initializeMemory(as: bson_error_t.self, to: bson_error_t())
    let reply = OpaquePointer(room)
    // Not every call sets its reply. Initialising it holds no memory, so those that do may do so
    // again; what they put there is freed by `bson_destroy`, and the structure by us.
    bson_init(reply)
    defer {
        bson_destroy(reply)
        room.deallocate()
        errorRoom.deallocate()
    }
    let isFine = call(reply, error)
    let document = copy(reply)
    return LibraryAnswer(
        reply: document,
        error: isFine ? nil : MongoError(error, reply: document)
    )
}
