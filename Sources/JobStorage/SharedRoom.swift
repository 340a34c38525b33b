import JSON
import JobModel
import Synchronization

/// What the handles on a shared store in memory have in common besides the jobs.
final class SharedRoom: Sendable {
    private struct State {
        var lease: (record: Lease, expires: ContinuousClock.Instant)?
        /// The term below which no commit of a leader counts.
        var term = 0
        var calls: [HandedCall] = []
        var servers: [String: ServerNote] = [:]
        var feeds: [InMemoryFeed] = []

        func tell(_ events: [StoreEvent]) {
            guard !events.isEmpty else { return }
            for feed in feeds { feed.tell(events) }
        }
    }

    private let jobs: InMemoryJobStore
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(jobs: InMemoryJobStore, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.jobs = jobs
        self.now = now
    }

    var openCalls: [HandedCall] { state.withLock { $0.calls } }

    var servers: [ServerNote] {
        state.withLock { $0.servers.values.sorted { $0.id < $1.id } }
    }

    func openFeed() -> InMemoryFeed {
        let feed = InMemoryFeed()
        state.withLock { $0.feeds.append(feed) }
        return feed
    }

    func save(_ value: JSONValue?, as name: String) {
        state.withLock { state in
            jobs.saveAtOnce(value, as: name)
            state.tell([.saved(name: name)])
        }
    }

    /// Commits and tells under one lock, so that feeds tell in the order of the commits.
    func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange],
        term: Int?
    ) throws(JobStoreError) -> Int {
        let outcome = state.withLock { state -> Result<Int, JobStoreError> in
            if let term, term < state.term { return .failure(.fenced) }
            do throws(JobStoreError) {
                let first = try jobs.commitAtOnce(changes, saving: settings)
                state.tell(settings.map { .saved(name: $0.name) })
                guard !changes.isEmpty else { return .success(first) }
                let stored = changes.enumerated().map { offset, change in
                    StoredChange(seq: first + offset, content: change.storedContent)
                }
                state.tell([.committed(stored, upTo: first + changes.count - 1)])
                return .success(first)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    func claim(_ claim: LeaseClaim) -> Lease {
        state.withLock { state in
            let now = now()
            if let (record, expires) = state.lease, record.owner != claim.server, expires > now {
                return record
            }
            let goesOn = state.lease.map { lease in
                lease.record.owner == claim.server && lease.record.term == claim.term
            }
            let term = goesOn == true ? state.term : state.term + 1
            let lease = Lease(owner: claim.server, term: term, machine: claim.machine)
            let isNews = state.lease?.record != lease
            state.term = term
            state.lease = (lease, now + claim.duration)
            if isNews { state.tell([.leaseChanged]) }
            return lease
        }
    }

    func release(term: Int) {
        state.withLock { state in
            guard let lease = state.lease, lease.record.term == term else { return }
            state.lease = (lease.record, now())
            state.tell([.leaseChanged])
        }
    }

    func handOver(_ calls: [HandedCall]) {
        state.withLock { state in
            state.calls.append(contentsOf: calls)
            state.tell(calls.map { .called($0) })
        }
    }

    func answer(_ answers: [CallAnswer]) {
        state.withLock { state in
            let open = Set(state.calls.map(\.id))
            let kept = answers.filter { open.contains($0.id) }
            let answered = Set(kept.map(\.id))
            state.calls.removeAll { answered.contains($0.id) }
            state.tell(kept.map { .answered($0) })
        }
    }

    func withdraw(_ calls: [String]) {
        let calls = Set(calls)
        state.withLock { state in state.calls.removeAll { calls.contains($0.id) } }
    }

    func note(_ server: ServerNote) {
        state.withLock { state in
            state.servers[server.id] = server
            state.tell([.noted(server)])
        }
    }
}

extension JobChange {
    /// What a history tells of the change.
    fileprivate var storedContent: StoredChange.Content {
        switch self {
        case .insert(let job), .update(let job): job.archived ? .gone(job.id) : .live(job)
        case .remove(let id, version: _): .gone(id)
        }
    }
}

/// A feed of a shared store in memory.
final class InMemoryFeed: StoreFeed {
    private struct State {
        var events: [StoreEvent] = []
        var isBroken = false
        var isHeld = false
    }

    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func tell(_ events: [StoreEvent]) {
        state.withLock { state in
            if !state.isBroken { state.events.append(contentsOf: events) }
        }
        arrived.yield()
    }

    func breakOff() {
        state.withLock { state in
            state.isBroken = true
            state.isHeld = false
        }
        arrived.yield()
    }

    func hold(_ isHeld: Bool) {
        state.withLock { $0.isHeld = isHeld }
        arrived.yield()
    }

    /// Takes out what may be told.
    private func take() throws(JobStoreError) -> [StoreEvent] {
        let (events, isBroken) = state.withLock { state -> ([StoreEvent], Bool) in
            guard !state.isHeld else { return ([], false) }
            defer { state.events = [] }
            return (state.events, state.isBroken)
        }
        if isBroken { throw .unavailable("the feed was broken") }
        return events
    }

    func next() async throws(JobStoreError) -> [StoreEvent] {
        let events = try take()
        guard events.isEmpty else { return events }
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next()
        return try take()
    }

    func close() async { arrived.finish() }
}
