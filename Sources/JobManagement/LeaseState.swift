import JobStorage

/// Where a server stands towards the lease: answers in, steps out, no clock of its own.
struct LeaseState {
    enum Role: Hashable {
        /// Another leads, or nobody.
        case following
        /// The lease is ours, and memory is being brought up to date.
        case taking(term: Int)
        /// This server decides.
        case leading(term: Int)
    }

    /// What follows from an answer.
    enum Step: Hashable {
        case none
        /// Bring memory up to date and begin to lead.
        case beginToLead
        /// Drop what was decided and not committed.
        case stepDown(String)
    }

    let server: String
    let duration: Duration
    let margin: Duration
    private(set) var role = Role.following
    /// Until when the lease is surely ours.
    private var deadline: ContinuousClock.Instant?

    init(server: String, duration: Duration, margin: Duration) {
        self.server = server
        self.duration = duration
        self.margin = margin
    }

    var isLeading: Bool { if case .leading = role { true } else { false } }

    /// The term that is to go on.
    var term: Int? {
        switch role {
        case .following: nil
        case .taking(let term), .leading(let term): term
        }
    }

    /// Whether nobody else can have begun to lead yet.
    func isSure(at now: ContinuousClock.Instant) -> Bool { deadline.map { now < $0 } ?? false }

    /// Takes in who leads.
    ///
    /// - Parameters:
    ///   - lease: The store's answer.
    ///   - asked: When it was asked, which is no later than the beginning of the lease.
    ///   - now: The time.
    /// - Returns: What follows.
    mutating func learn(
        _ lease: Lease,
        asked: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Step {
        guard lease.owner == server else {
            let wasLeading = isLeading
            follow()
            return wasLeading ? .stepDown("\(lease.owner) leads by now") : .none
        }
        if case .leading(let term) = role {
            guard term == lease.term else {
                follow()
                return .stepDown("a new term has begun")
            }
            guard isSure(at: now) else {
                follow()
                return .stepDown("the lease was not renewed in time")
            }
            deadline = asked + duration - margin
            return .none
        }
        role = .taking(term: lease.term)
        deadline = asked + duration - margin
        return isSure(at: now) ? .beginToLead : .none
    }

    /// Takes in that memory is up to date; false if the lease may have run out meanwhile.
    mutating func lead(at now: ContinuousClock.Instant) -> Bool {
        guard case .taking(let term) = role, isSure(at: now) else { return false }
        role = .leading(term: term)
        return true
    }

    /// Gives the lease up; a new term has to begin before this server leads again.
    mutating func follow() {
        role = .following
        deadline = nil
    }
}
