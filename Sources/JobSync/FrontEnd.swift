import Authentication
import JSON
public import JobManagement
public import JobModel
import JobProtocol
public import JobRunning
public import Logging
import Synchronization
public import WebSockets

/// The server's door: who is connected, what they asked for, and how far each has been told.
///
/// It lives on the network's thread, which is its executor; so whatever it
/// decides is sent without a hop. It keeps no queue of updates for anybody:
/// each subscription is a position in the change log.
public actor FrontEnd {
    let server: WebSocketServer
    let manager: JobManager
    let inbox: CommitInbox
    let logs: JobLogs
    let outputs: JobOutputs
    let downloads = Downloads()
    /// Of reports and tables; one takes some hundreds of megabytes while it is made, if what was found is much.
    let reportTurns = Turns(2)
    /// Of reads of samples, which take minutes where reports take seconds.
    let readsTurns = Turns(2)
    let configuration: FrontEndConfiguration
    let now: @Sendable () -> Timestamp
    let logger: Logger
    let clock = ContinuousClock()

    var connections: [ConnectionID: ClientConnection] = [:]
    /// Connections that have subscriptions.
    var subscribers: Set<ConnectionID> = []
    var followers = LogFollowers()
    /// Who was let in by what stood in the request, until the connection is open.
    var arriving: [ConnectionID: ArrivingClient] = [:]
    /// Subscriptions that are told of changes together.
    var groups: [FlushGroup.Key: FlushGroup] = [:]
    /// Connections that take pushes and have subscriptions that are in no group.
    var loners: Set<ConnectionID> = []
    var log = ChangeLog()
    var frames = SyncFrames()
    /// When what is in the log was committed, as far as somebody is still to be told.
    var commits = CommitMoments()
    /// Up to where clients that keep up were told.
    var flushedHead = 0
    /// How often clients may be told ahead of time.
    var ahead: RateLimiter
    /// Before this moment no subscription may be sent a frame.
    var quietUntil: ContinuousClock.Instant
    var flushTimer: FlushTimer?
    /// What was last told of the resources, and how often that has changed.
    var resources = ResourceNews()
    var batches = BatchAnswers()
    /// Bytes of costly answers that sockets have not taken, of all connections.
    var unreadBytes = 0
    /// Those who wait until the log has come further.
    var headWaiters: [CheckedContinuation<Void, Never>] = []
    var isDraining = false
    var statistics = FrontEndStatistics()
    /// The answer to `rpc.discover`, which is always the same.
    let discovery: [UInt8]
    var acknowledgements = AcknowledgementSampler()

    /// The network's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { server.unownedExecutor }

    /// Makes a front end that nobody can reach yet.
    ///
    /// - Parameters:
    ///   - server: The network.
    ///   - manager: Who decides.
    ///   - inbox: Where the manager leaves committed changes.
    ///   - logs: What jobs say.
    ///   - outputs: What jobs have kept.
    ///   - configuration: How callers are treated.
    ///   - now: The time.
    ///   - logger: For what an operator should know.
    public init(
        server: WebSocketServer,
        manager: JobManager,
        inbox: CommitInbox,
        logs: JobLogs,
        outputs: JobOutputs,
        configuration: FrontEndConfiguration,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.server = server
        self.manager = manager
        self.inbox = inbox
        self.logs = logs
        self.outputs = outputs
        self.configuration = configuration
        discovery = configuration.discovery.encoded
        self.now = now
        self.logger = logger
        quietUntil = ContinuousClock().now
        ahead = RateLimiter(perSecond: 20, now: quietUntil)
    }

    /// Takes in what was committed before anybody can connect.
    public func begin() {
        absorb()
        configuration.recorder?.serverOpened(epoch: log.epoch)
    }

    /// Tells clients of changes and sends ticks, until it is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.followCommits() }
            group.addTask { await self.sendTicks() }
        }
    }

    private func followCommits() async {
        while !Task.isCancelled {
            await inbox.wait()
            absorb()
        }
    }

    /// Says goodbye to everybody and asks them to come back after a while.
    ///
    /// Call it before the network is stopped.
    public func drain() {
        isDraining = true
        let clients = connections.values
        for connection in clients {
            // Not before another server is likely to be there.
            let after = 500 + returnDelay(among: clients.count)
            sayGoodbye(to: connection, CloseReason.draining, after: after)
        }
    }
}

/// A client that was let in and is about to be connected.
struct ArrivingClient {
    let address: String
    let access: Access

    enum Access {
        case known(identity: Identity)
        case unknown
    }
}

/// Resources as clients were last told of them.
struct ResourceNews {
    var told: JSONObject?
    var frame: WebSocketFrame?
    /// Counted up for every change, from 1.
    var version = 0
    /// Whether somebody is about to ask for them anew.
    var isRefreshing = false
    /// Whether they may have changed since somebody began to ask.
    var isStale = false
}
