import Authentication
import DequeModule
import JobModel
import JobProtocol
import WebSockets

/// All that is kept of a connection; confined to the front end.
final class ClientConnection {
    /// A log that the client follows.
    struct Tail {
        /// Tells it from an earlier one of the same job.
        let number: Int
        var offset: Int
        let listener: Task<Void, Never>
        /// Whether somebody reads the log for it, and will go on.
        var isBeingRead = false
        /// Whether there may be more than what is being read.
        var isDue = false
    }

    /// So many logs are read at once for one client, so that those that hang leave room for others'.
    static let logReads = 4

    let id: ConnectionID
    let address: String
    let openedAt: String
    var identity: Identity?
    var rate: RateLimiter
    /// How many calls may be refused for coming too fast.
    var refusals: RateLimiter
    var subscriptions: [Subscription] = []
    var lastSubscription = 0
    var tails: [JobID: Tail] = [:]
    var lastTail = 0
    let logAllowance = Allowance(logReads)
    var outbox = AnswerOutbox()
    /// The answer that the socket has not taken whole.
    var unsentAnswer: AnswerOutbox.Answer?
    /// Bytes of answers that the socket has not taken, those in the outbox among them.
    var unreadBytes = 0
    /// Since when none of them was taken whole.
    var unreadSince: ContinuousClock.Instant
    /// Whether the socket is full and will say when it has room.
    var isChoked = false
    /// When the oldest change was committed of the frame that the socket has not taken whole.
    var unwritten: ContinuousClock.Instant?
    /// Whether it is being closed and nothing more is sent.
    var isClosing = false
    var callsInFlight = 0
    /// What is being made for the client, and for nobody else.
    var works: Set<CallWork> = []
    /// How many bytes of requests these calls have.
    var requestBytes = 0
    /// How many bytes of costly answers are under way, or wait to be read.
    let answerAllowance: Allowance
    /// Messages that arrived while too many calls were under way.
    var parked: Deque<[UInt8]> = []
    /// A batch that has too many calls to be taken up while others are under way; before those parked.
    var delayed: ReceivedBatch?
    var failedLogins = 0
    var badMessagesInARow = 0
    var messagesBeforeLogin = 0
    /// Which state of the resources the client was told.
    var resourcesSent = 0

    init(
        id: ConnectionID,
        address: String,
        openedAt: String,
        identity: Identity?,
        limits: ProtocolLimits,
        now: ContinuousClock.Instant
    ) {
        self.id = id
        self.address = address
        self.openedAt = openedAt
        self.identity = identity
        rate = RateLimiter(perSecond: limits.callsPerSecond, now: now)
        refusals = RateLimiter(perSecond: limits.callsPerSecond, seconds: 10, now: now)
        answerAllowance = Allowance(limits.answerBytes)
        unreadSince = now
    }

    /// Whether messages wait unread.
    var isHeldUp: Bool { delayed != nil || !parked.isEmpty }

    /// Whether pushes may be sent now.
    var takesPushes: Bool { !isChoked && !isClosing }
}

/// What is done for a call until it is answered; confined to the front end.
final class CallWork: Hashable {
    var task: Task<Void, Never>?
    var isDone = false

    static func == (one: CallWork, other: CallWork) -> Bool { one === other }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
