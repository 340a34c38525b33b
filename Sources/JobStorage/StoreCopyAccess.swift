import JSON
import JobModel

/// One of the two stores of a copy, kept from servers meanwhile.
///
/// Where servers can share a store, the copy takes its lease, and goes on holding it with every
/// page; its commits carry the term, so that none counts once a server leads after all.
actor HeldStore {
    private static let duration = Duration.seconds(6)

    private let side: StoreCopyError.Side
    private let store: any JobStore & DataStore
    private let name: String
    private var term: Int?

    init(_ side: StoreCopyError.Side, _ store: any JobStore & DataStore, name: String) {
        self.side = side
        self.store = store
        self.name = name
    }

    /// Takes the lease, or goes on holding it.
    func hold() async throws(StoreCopyError) {
        guard let shared = store as? any SharedJobStore else { return }
        let claim = LeaseClaim(
            server: name,
            machine: Resources(proc: 0, mem: 0),
            duration: Self.duration,
            term: term
        )
        let lease = try await ask { (_) throws(JobStoreError) in
            try await shared.claimLease(claim)
        }
        guard lease.owner == name, term == nil || term == lease.term else {
            throw .inUse(side, server: lease.owner)
        }
        term = lease.term
    }

    /// Lets servers lead again.
    func letGo() async {
        guard let shared = store as? any SharedJobStore, let term else { return }
        self.term = nil
        // If it is not heard, the lease ends by itself.
        try? await shared.releaseLease(term: term)
    }

    /// A page of jobs.
    func jobs(after id: JobID?, limit: Int) async throws(StoreCopyError) -> [Job] {
        try await ask { (store) throws(JobStoreError) in
            try await store.jobs(after: id, limit: limit)
        }
    }

    /// A setting.
    func setting(_ name: String) async throws(StoreCopyError) -> JSONValue? {
        try await ask { (store) throws(JobStoreError) in try await store.setting(name) }
    }

    /// Saves a setting.
    func save(_ value: JSONValue?, as name: String) async throws(StoreCopyError) {
        try await hold()
        try await ask { (store) throws(JobStoreError) in try await store.save(value, as: name) }
    }

    /// Commits changes, if there are any.
    func commit(_ changes: [JobChange]) async throws(StoreCopyError) {
        guard !changes.isEmpty else { return }
        try await hold()
        let term = term
        try await ask { (store) throws(JobStoreError) in
            if let shared = store as? any SharedJobStore, let term {
                _ = try await shared.commit(changes, term: term)
            } else {
                _ = try await store.commit(changes)
            }
        }
    }

    /// Asks for records of kept data, or writes some.
    func askData<Value: Sendable>(
        _ question: (any DataStore) async throws(DataStoreError) -> Value
    ) async throws(StoreCopyError) -> Value {
        try await hold()
        do throws(DataStoreError) {
            return try await question(store)
        } catch {
            switch error {
            case .conflict(let key): throw .unavailable(side, "\(key) was changed meanwhile")
            case .unavailable(let reason): throw .unavailable(side, reason)
            }
        }
    }

    /// Asks the store, and says which of the two has failed.
    func ask<Value: Sendable>(
        _ question: (any JobStore) async throws(JobStoreError) -> Value
    ) async throws(StoreCopyError) -> Value {
        do throws(JobStoreError) {
            return try await question(store)
        } catch {
            switch error {
            case .fenced: throw .inUse(side, server: nil)
            case .conflict(let id): throw .unavailable(side, "job \(id) was changed meanwhile")
            case .unavailable(let reason), .notWritten(let reason): throw .unavailable(side, reason)
            }
        }
    }
}

/// All jobs of a store in the order of their ids, read page by page.
struct JobPages {
    private let store: HeldStore
    private let size: Int
    private var page: [Job] = []
    private var next = 0
    private var isLast = false

    init(of store: HeldStore, size: Int) {
        self.store = store
        self.size = size
    }

    /// The job that is to be looked at, or nil at the end.
    mutating func peek() async throws(StoreCopyError) -> Job? {
        if next == page.count, !isLast {
            try await store.hold()
            page = try await store.jobs(after: page.last?.id, limit: size)
            next = 0
            isLast = page.count < size
        }
        return next < page.count ? page[next] : nil
    }

    /// Goes on to the next one.
    mutating func advance() async throws(StoreCopyError) {
        if try await peek() != nil { next += 1 }
    }
}
