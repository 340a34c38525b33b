public import JobStorage

/// What a server must know to share its store with others.
public struct Cluster: Sendable {
    /// The store.
    public var store: any SharedJobStore
    /// This server's name for good, kept with its data folder.
    public var server: String
    /// This machine's name, for people.
    public var host: String
    /// Where this server listens, for people.
    public var address: String
    /// Whether this server may lead: make, start and cancel jobs.
    public var mayLead: Bool
    /// How long nothing was heard of a server when the jobs on its machine are given up.
    public var lostAfter: Duration
    /// For how long a server leads before it must have asked again.
    public var leaseDuration = Duration.seconds(6)
    /// How often a server asks for the lease, and says that it is there.
    public var claimInterval: Duration
    /// How long before the end of its lease a leader stops to start jobs.
    public var margin = Duration.seconds(1)
    /// How long a call waits for the leader's answer.
    public var callTimeout = Duration.seconds(15)
    /// The time by which all of this is measured.
    public var time = ClusterTime()

    /// Describes a server's place among others.
    ///
    /// - Parameters:
    ///   - store: The store that they share.
    ///   - server: This server's name for good.
    ///   - host: This machine's name.
    ///   - address: Where this server listens.
    ///   - mayLead: Whether this server may lead.
    ///   - lostAfter: How long nothing was heard of a server when its jobs are given up.
    public init(
        store: any SharedJobStore,
        server: String,
        host: String,
        address: String,
        mayLead: Bool = true,
        lostAfter: Duration = .seconds(300)
    ) {
        self.store = store
        self.server = server
        self.host = host
        self.address = address
        self.mayLead = mayLead
        self.lostAfter = lostAfter
        // What may run twice goes on from one sign of life to the next only, so several have to fit in.
        claimInterval = min(.seconds(2), lostAfter / 4)
    }
}

/// A clock that only goes forward, and goes on while the machine sleeps.
public struct ClusterTime: Sendable {
    /// The time.
    public var now: @Sendable () -> ContinuousClock.Instant
    /// Waits.
    public var sleep: @Sendable (Duration) async throws -> Void

    /// Takes the machine's own clock.
    public init() {
        self.init {
            .now
        } sleep: {
            try await Task.sleep(for: $0, clock: .continuous)
        }
    }

    /// Takes another clock.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - sleep: Waits.
    public init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }
}
