import JobManagement
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
    /// Documents in frames of changes.
    var documentsSent = 0
    var messagesReceived = 0
    var bytesReceived = 0
    var calls: [Call: Int] = [:]
    /// From taking a call up to handing over its answer, by method.
    var callTimes: [String: Histogram] = [:]
    /// From a commit to the socket's having taken the frame that tells of it.
    var writtenTimes = Histogram()
    /// From a commit to the client's having acknowledged the frame that tells of it.
    var acknowledgedTimes = Histogram()

    mutating func count(_ method: String, _ error: RPCError?, _ time: Duration) {
        callTimes[method, default: Histogram()].observe(time)
        calls[Call(method: method, outcome: error?.code.rawValue ?? "ok"), default: 0] += 1
    }
}
