import JSON
import JobData
import JobManagement
import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging
import SystemPackage
import TestSupport
import Testing

@Suite("Jobs and what is kept", .timeLimit(.minutes(6)))
struct DataTests {
    private static let catalogue = TaskCatalogue(
        tasks: [
            TaskDescription(
                name: "nuvs",
                arguments: [
                    ArgumentDescription(
                        name: "sample_id",
                        type: .string,
                        isRequired: true,
                        names: .sample
                    ),
                    ArgumentDescription(
                        name: "reference",
                        type: .string,
                        defaultValue: "viruses",
                        names: .reference
                    ),
                ],
                stages: ["map"]
            ),
            TaskDescription(name: "nap", stages: ["sleep"]),
        ]
    )

    /// A manager over a folder with a sample and a reference of one index.
    private final class Bench: Sendable {
        let folders: DataFolders
        let laboratory: Laboratory
        let keeper: DataKeeper
        private let scratch: ScratchFolder

        init() async throws {
            scratch = try ScratchFolder()
            folders = DataFolders(data: FilePath(scratch.path))
            let store = InMemoryJobStore()
            keeper = DataKeeper(
                store: store,
                folders: folders,
                now: { Timestamp(microseconds: 0) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            laboratory = Laboratory(
                store: store,
                catalogue: DataTests.catalogue,
                data: keeper
            )
            try await keep(.sample, "s1")
            try await keep(.reference, "viruses", job: nil)
            try await keepIndex(1)
        }

        @discardableResult
        func keep(
            _ kind: DataKind,
            _ id: String,
            uses: [DataKey] = [],
            job: JobID? = "j0",
            document: JSONObject = [:]
        ) async throws -> DataKey {
            let record = DataRecord(
                key: try #require(DataKey(kind, id)),
                name: id,
                uses: uses,
                job: job,
                username: "igboyes",
                created: Timestamp(microseconds: 0),
                document: document
            )
            let place = folders.place(of: record.key)
            try Files.makeFolder(place)
            try Files.write(
                JSONValue.object(record.whole).encoded,
                to: place.appending(TaskContext.recordFile)
            )
            try await keeper.keep(record)
            return record.key
        }

        func keepIndex(_ version: Int) async throws {
            try await keep(
                .index,
                "viruses.\(version)",
                uses: [try #require(DataKey(.reference, "viruses"))],
                document: ["version": .integer(version)]
            )
        }

        func exists(_ path: String) -> Bool { Files.exists(folders.data.pushing(FilePath(path))) }

        /// Waits until something is removed, which nobody is told of.
        func waitUntilGone(_ path: String) async throws {
            while exists(path) { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    private static func nuvs(_ id: JobID? = nil, sample: String = "s1") -> NewJob {
        NewJob(task: "nuvs", args: ["sample_id": .string(sample)], id: id, username: "igboyes")
    }

    @Test("A job that names what is not there is not made; one that is there already is")
    func refused() async throws {
        let bench = try await Bench()
        try await bench.laboratory.run { manager in
            let message = "there is no sample 's2'; did you mean 's1'?"
            for id in [nil, "j9"] as [JobID?] {
                await #expect(
                    throws: JobManagerError.badArguments(field: "args.sample_id", message: message)
                ) { try await manager.new(Self.nuvs(id, sample: "s2")) }
            }
            #expect(try await manager.new(Self.nuvs("j1")).created)
            // What was accepted is answered again, whatever has become of the sample since.
            await bench.laboratory.store.remove(try #require(DataKey(.sample, "s1")))
            #expect(try await !manager.new(Self.nuvs("j1")).created)
            await #expect(throws: JobManagerError.self) { try await manager.new(Self.nuvs("j2")) }
        }
    }

    @Test("Asked for one job by many at once, one is made")
    func sameJob() async throws {
        let bench = try await Bench()
        try await bench.laboratory.run { manager in
            let created = try await withThrowingTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask { try await manager.new(Self.nuvs("j1")).created }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(created == 1)
        }
    }

    @Test("What a waiting or running job names stays, and goes once it has ended")
    func inUse() async throws {
        let bench = try await Bench()
        try await bench.laboratory.run { manager in
            _ = try await manager.new(Self.nuvs("j1"))
            #expect(await bench.laboratory.nextOrder() == .start("j1"))
            for (kind, id) in [
                (DataKind.sample, "s1"), (.reference, "viruses"), (.index, "viruses.1"),
            ] {
                let error = await #expect(throws: DataError.self) {
                    try await manager.removeData(kind, id, withUsers: true)
                }
                #expect(
                    error?.message.contains("is used by the job j1, which has not ended") == true
                )
            }
            #expect(bench.exists("samples/s1"))
            bench.laboratory.runner.tell(
                "j1",
                .ended(JobEnd(state: .complete)),
                at: Timestamp(microseconds: 9_000_000)
            )
            #expect(await bench.laboratory.nextOrder() == .forget("j1"))
            let removed = try await manager.removeData(.sample, "s1", withUsers: false)
            #expect(removed.map(\.description) == ["sample s1"])
            #expect(!bench.exists("samples/s1"))
        }
    }

    @Test("An old index stays while a job runs that may use it, and goes when that has ended")
    func oldIndex() async throws {
        let bench = try await Bench()
        try await bench.laboratory.run { manager in
            _ = try await manager.new(Self.nuvs("j1"))
            #expect(await bench.laboratory.nextOrder() == .start("j1"))
            try await bench.keepIndex(2)
            // Whichever job's end has the indexes looked at: the first is still in use.
            for round in 0..<5 {
                let id: JobID = "n\(round)"
                _ = try await manager.new(NewJob(task: "nap", id: id, username: "igboyes"))
                #expect(await bench.laboratory.nextOrder() == .start(id))
                bench.laboratory.runner.tell(
                    id,
                    .ended(JobEnd(state: .complete)),
                    at: Timestamp(microseconds: 8_000_000)
                )
                #expect(await bench.laboratory.nextOrder() == .forget(id))
            }
            #expect(bench.exists("indexes/viruses.1"))
            bench.laboratory.runner.tell(
                "j1",
                .ended(JobEnd(state: .complete)),
                at: Timestamp(microseconds: 9_000_000)
            )
            #expect(await bench.laboratory.nextOrder() == .forget("j1"))
            try await bench.waitUntilGone("indexes/viruses.1")
            #expect(bench.exists("indexes/viruses.2"))
        }
    }
}
