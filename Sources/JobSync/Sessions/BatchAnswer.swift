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

/// The answers of all batches that are under way.
struct BatchAnswers {
    private var batches: [Int: BatchAnswer] = [:]
    private var last = 0
    /// How many bytes wait in them for those that are not there yet.
    private(set) var bytes = 0

    /// Begins to gather the answers of a batch.
    ///
    /// - Returns: The number by which the batch is known.
    mutating func begin(_ batch: BatchAnswer) -> Int {
        last += 1
        batches[last] = batch
        return last
    }

    /// How long the answer to a batch has become in bytes; nil if there is no such batch any more.
    func count(of batch: Int) -> Int? { batches[batch]?.count }

    /// Notes that there is a call whose answer may be long.
    mutating func becomeCostly(_ batch: Int) { batches[batch]?.isCostly = true }

    /// Takes in what a call is answered, if it is.
    ///
    /// - Returns: The batch, if it was the last one; it is forgotten then.
    mutating func append(_ answer: [UInt8], to batch: Int) -> BatchAnswer? {
        guard let count = batches[batch]?.count else { return nil }
        batches[batch]?.append(answer)
        bytes += (batches[batch]?.count ?? 0) - count
        return batches[batch]?.remaining == 0 ? remove(batch) : nil
    }

    /// Forgets a batch.
    @discardableResult
    mutating func remove(_ batch: Int) -> BatchAnswer? {
        let batch = batches.removeValue(forKey: batch)
        bytes -= batch?.count ?? 0
        return batch
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
