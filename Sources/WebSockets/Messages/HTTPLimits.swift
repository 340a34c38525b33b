/// Sizes that are nobody's to choose.
enum HTTPLimits {
    /// A longer head of a request is answered 431.
    static let headBytes = 16 << 10
    /// So fast a client must take an answer at least, in bytes a millisecond, once its time is over.
    static let slowestReading: UInt64 = 16
}
