public import JobProtocol
public import WebSockets

/// A recording that is to be sent to a server.
public struct Replay: Sendable {
    /// How fast a replay is.
    public enum Pace: Hashable, Sendable {
        /// So many times as fast as it was recorded.
        case times(Double)
        /// Each connection sends its next message when the one before is answered.
        case asAnswersCome
    }

    /// Why a replay could not begin.
    public enum Failure: Error, Equatable, Sendable {
        /// The server does not let us in.
        case noConnection(WebSocketClientError)
        /// The server did not let us follow its jobs.
        case noSubscription(RPCError)
    }

    /// What is sent.
    public let script: ReplayScript
    /// The address of the server's WebSocket.
    public let address: String
    /// Who sends.
    public let token: String?
    /// How fast it is sent.
    public var pace = Pace.times(1)
    /// By how many at once.
    public var copies = 1
    /// Stands behind the ids that callers chose; new for each replay, of letters and digits.
    public var tag: String
    /// How long an answer is waited for; a job's start or end may take as long as the recording, too.
    public var patience = Duration.seconds(60)
    /// The processor time that this process has taken so far.
    public var processorTime: @Sendable () -> Duration

    /// Prepares a replay at the recorded pace.
    ///
    /// - Parameters:
    ///   - script: What is sent.
    ///   - address: The address of the server's WebSocket.
    ///   - token: Who sends.
    ///   - tag: Stands behind the ids that callers chose; of letters and digits.
    ///   - processorTime: Tells the processor time that this process has taken so far.
    public init(
        _ script: ReplayScript,
        to address: String,
        token: String?,
        tag: String,
        processorTime: @escaping @Sendable () -> Duration
    ) {
        self.script = script
        self.address = address
        self.token = token
        self.tag = tag
        self.processorTime = processorTime
    }

    /// How long a job may take to get where the recording has it.
    var longestJob: Duration { patience + script.duration }

    /// Sends all, waits for what comes of it, and compares.
    ///
    /// - Returns: What there is to say about it.
    /// - Throws: Why it could not begin.
    public func run() async throws(Failure) -> ReplayReport {
        let observer = ReplayObserver()
        let start = try await observer.connect(to: address, token: token)
        let book = ReplayBook(self, start: start)
        await observer.follow(book)
        let before = processorTime()
        let begin = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for copy in 0..<copies {
                let stage = ReplayStage(script)
                for client in script.clients {
                    let actor = ReplayClient(client, copy: copy, of: self, book: book, on: stage)
                    group.addTask { await actor.run(from: begin) }
                }
            }
        }
        let duration = ContinuousClock.now - begin
        let processor = processorTime() - before
        await JobComparison(self, book: book, observer: observer).run()
        await observer.close()
        return await book.report(duration: duration, processorTime: processor)
    }
}
