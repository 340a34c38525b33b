import JobProtocol

/// What the front end has done since it was started.
struct FrontEndStatistics {
    struct Call: Hashable {
        let method: String
        /// `ok`, or the name of the error.
        let outcome: String
    }

    var connectionsOpened = 0
    var connectionsClosed: [UInt16: Int] = [:]
    var changes = 0
    var framesSent = 0
    var bytesSent = 0
    var calls: [Call: Int] = [:]

    mutating func count(_ method: String, _ error: RPCError?) {
        calls[Call(method: method, outcome: error?.code.rawValue ?? "ok"), default: 0] += 1
    }
}
