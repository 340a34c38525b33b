import Foundation
import JSON
import JobModel
import JobStorage
import SQLiteStorage
import TestSupport
import Testing

/// The stores that every promise is checked on.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case sqlite
    /// Skipped where there is no mongod.
    case mongo

    var testDescription: String { rawValue }

    /// Runs a test on a new store of this kind.
    func withStore(
        rememberedRemovals: Int = 10_000,
        _ body: (any JobStore & DataStore) async throws -> Void
    ) async throws {
        switch self {
        case .memory:
            try await body(InMemoryJobStore(rememberedRemovals: rememberedRemovals))
        case .sqlite:
            try await withTemporaryFolder { folder in
                let store = try await SQLiteJobStore.open(
                    at: folder + "/jobs.sqlite",
                    rememberedRemovals: rememberedRemovals
                )
                do {
                    try await body(store)
                } catch {
                    await store.close()
                    throw error
                }
                await store.close()
            }
        case .mongo:
            try await withMongoDatabase { database in
                try await database.withStore(rememberedRemovals: rememberedRemovals) { store in
                    try await body(store)
                }
            }
        }
    }
}

func withTemporaryFolder(_ body: (String) async throws -> Void) async throws {
    let folder = try ScratchFolder()
    defer { withExtendedLifetime(folder) {} }
    try await body(folder.path)
}

let dawn = Timestamp(microseconds: 1_700_000_000_000_000)

func makeJob(
    _ id: String,
    task: String = "add_host",
    username: String = "igboyes",
    at date: Timestamp = dawn,
    args: JSONObject = ["file": "x.fa"]
) throws -> Job {
    Job(
        new: try #require(JobID(id)),
        task: task,
        args: args,
        resources: Resources(proc: 1, mem: 4),
        username: username,
        at: date
    )
}

extension Job {
    func after(_ change: (inout Job) -> Void) -> Job {
        var job = self
        change(&job)
        return job
    }

    func moved(to state: JobState, after seconds: Int = 1) -> Job {
        after { $0.record(state: state, at: $0.updated + .seconds(seconds)) }
    }

    func put(away seconds: Int = 1) -> Job {
        after { $0.archive(at: $0.updated + .seconds(seconds)) }
    }
}
