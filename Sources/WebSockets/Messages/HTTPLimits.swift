/// Sizes that are nobody's to choose.
enum HTTPLimits {
    /// More bytes of header fields are answered 431.
    static let headerBytes = 16 << 10
    /// Beyond this the library drops the client with no answer; its fields are 16 bits wide.
    static let libraryHeaderBytes = 60 << 10
    /// What is handed to the library of an answer at a time.
    static let pieceBytes = 64 << 10
}
