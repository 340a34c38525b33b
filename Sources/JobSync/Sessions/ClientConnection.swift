import Authentication
import DequeModule
import JobModel
import WebSockets

/// All that is kept of a connection; confined to the front end.
final class ClientConnection {
    /// Answers that the socket has not taken yet: bounded, because callers wait for them.
    struct Outbox {
        static let maximumCount = 64
        static let maximumBytes = 256 << 10

        private(set) var frames: Deque<WebSocketFrame> = []
        private(set) var bytes = 0

        /// Whether more waits than may; the longest answer may have any length, for it was asked for.
        var isOverfull: Bool {
            guard frames.count <= Self.maximumCount else { return true }
            guard bytes > Self.maximumBytes else { return false }
            return bytes - (frames.lazy.map(\.count).max() ?? 0) > Self.maximumBytes
        }

        mutating func append(_ frame: WebSocketFrame) {
            frames.append(frame)
            bytes += frame.count
        }

        mutating func popFirst() -> WebSocketFrame? {
            guard let frame = frames.popFirst() else { return nil }
            bytes -= frame.count
            return frame
        }
    }

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
    var subscriptions: [Subscription] = []
    var lastSubscription = 0
    var tails: [JobID: Tail] = [:]
    var lastTail = 0
    let logAllowance = Allowance(logReads)
    var outbox = Outbox()
    /// Whether the socket is full and will say when it has room.
    var isChoked = false
    /// When the oldest change was committed of the frame that the socket has not taken whole.
    var unwritten: ContinuousClock.Instant?
    /// Whether it is being closed and nothing more is sent.
    var isClosing = false
    var callsInFlight = 0
    /// Messages that arrived while too many calls were under way.
    var parked: Deque<[UInt8]> = []
    var failedLogins = 0
    var badMessagesInARow = 0
    /// Which state of the resources the client was told.
    var resourcesSent = 0

    init(
        id: ConnectionID,
        address: String,
        openedAt: String,
        identity: Identity?,
        rate: RateLimiter
    ) {
        self.id = id
        self.address = address
        self.openedAt = openedAt
        self.identity = identity
        self.rate = rate
    }

    /// Whether pushes may be sent now.
    var takesPushes: Bool { !isChoked && !isClosing }
}
