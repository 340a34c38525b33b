import JobProtocol
import WebSockets

/// The answers of a batch, until all are there.
struct BatchAnswer {
    let connection: ConnectionID
    private(set) var remaining: Int
    /// Whether there is among the calls one whose answer may be long.
    var isCostly = false
    /// A list that is still open; empty while there is nothing to answer.
    private(set) var answers: [UInt8] = []

    init(connection: ConnectionID, remaining: Int) {
        self.connection = connection
        self.remaining = remaining
    }

    /// How long it has become in bytes.
    var count: Int { answers.count }

    /// Takes in what a call is answered, if it is.
    mutating func append(_ answer: [UInt8]) {
        remaining -= 1
        guard !answer.isEmpty else { return }
        answers.append(answers.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
        answers.append(contentsOf: answer)
    }
}

/// A batch as it was read.
struct ReceivedBatch {
    let requests: [Result<RPCRequest, RPCFault>]
    /// How many bytes it has.
    let size: Int
}

/// Where the answer to a call goes.
struct ReplyAddress {
    let connection: ConnectionID
    /// Nil for a notification, which is not answered.
    let id: RPCID?
    let batch: Int?
    /// How many bytes of the message are the call's.
    let size: Int
    /// Whether the answer may be long; a batch knows it of all.
    var isCostly = false
    /// When the call was taken up.
    let since: ContinuousClock.Instant
}
