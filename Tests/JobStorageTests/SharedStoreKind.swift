import JobModel
import JobStorage
import TestSupport
import Testing

/// The stores that the promises to those who share one are checked on.
enum SharedStoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    /// Skipped where there is no mongod.
    case mongo

    var testDescription: String { rawValue }

    /// Runs a test on a new store, and as many servers' handles on it as wanted.
    func withStores(
        _ count: Int,
        _ body: ([any SharedJobStore]) async throws -> Void
    ) async throws {
        switch self {
        case .memory:
            let store = InMemorySharedStore(now: { .now })
            try await body([store] + (1..<count).map { _ in store.handle() })
        case .mongo:
            try await withMongoDatabase { database in
                try await Self.open(count, of: database, [], body)
            }
        }
    }

    private static func open(
        _ count: Int,
        of database: TestDatabase,
        _ opened: [any SharedJobStore],
        _ body: ([any SharedJobStore]) async throws -> Void
    ) async throws {
        if opened.count == count { return try await body(opened) }
        try await database.withStore { store in
            try await open(count, of: database, opened + [store], body)
        }
    }
}

extension SharedJobStore {
    /// Runs a test with a feed, which is closed afterwards.
    func withFeed(_ body: (any StoreFeed) async throws -> Void) async throws {
        let feed = try await openFeed()
        do {
            try await body(feed)
        } catch {
            await feed.close()
            throw error
        }
        await feed.close()
    }
}

extension StoreFeed {
    /// Reads until enough has come.
    func events(until isEnough: ([StoreEvent]) -> Bool) async throws -> [StoreEvent] {
        var events: [StoreEvent] = []
        while !isEnough(events) { events += try await next() }
        return events
    }

    /// Reads until everything up to a position has been told.
    func events(upTo seq: Int) async throws -> [StoreEvent] {
        try await events { ($0.last { $0.upTo != nil }?.upTo ?? 0) >= seq }
    }

    /// Reads so many events.
    func events(_ count: Int) async throws -> [StoreEvent] {
        try await events { $0.count >= count }
    }
}

extension StoreEvent {
    /// The position that a commit ends at.
    var upTo: Int? {
        if case .committed(_, upTo: let seq) = self { seq } else { nil }
    }

    var changes: [StoredChange] {
        if case .committed(let changes, upTo: _) = self { changes } else { [] }
    }
}

/// What a server knows of the live jobs from a snapshot and a feed.
struct JobView {
    private(set) var jobs: [JobID: Job] = [:]

    mutating func apply(_ changes: [StoredChange]) {
        for change in changes {
            switch change.content {
            case .live(let job):
                if let known = jobs[job.id], known.version > job.version { continue }
                jobs[job.id] = job
            case .gone(let id): jobs[id] = nil
            }
        }
    }
}
