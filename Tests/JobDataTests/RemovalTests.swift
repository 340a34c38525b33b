import JSON
import JobData
import JobModel
import JobRunning
import JobStorage
import JobTasks
import SystemPackage
import Testing

@Suite("Removing what is kept", .timeLimit(.minutes(6)))
struct RemovalTests {
    /// A host, two samples of it and an analysis of the first.
    private struct Family {
        let room: Storeroom
        let host: DataRecord
        let samples: [DataRecord]
        let analysis: DataRecord

        var all: [DataRecord] { [host] + samples + [analysis] }
    }

    private func makeFamily() async throws -> Family {
        let room = try Storeroom()
        let host = try await room.keep(.host, "h")
        let samples = [
            try await room.keep(.sample, "s1", uses: [host.key], job: "j2"),
            try await room.keep(.sample, "s2", uses: [host.key], job: "j3"),
        ]
        let analysis = try await room.keep(
            .analysis,
            "a",
            uses: [samples[0].key, host.key],
            job: "j4"
        )
        return Family(room: room, host: host, samples: samples, analysis: analysis)
    }

    private func error(
        _ body: () async throws(DataError) -> some Sendable
    ) async -> DataError? {
        do throws(DataError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("What something was made from stays, unless all of it goes")
    func used() async throws {
        let family = try await makeFamily()
        let keeper = family.room.makeKeeper()
        let refusal = await error { () throws(DataError) in
            try await keeper.remove(.host, "h", withUsers: false) { _ in nil }
        }
        #expect(
            refusal
                == .conflict(
                    family.host.key,
                    message:
                        "the host 'h' cannot be removed alone: the sample 's1', the sample 's2' "
                        + "and the analysis 'a' were made from it"
                )
        )
        let removed = try await keeper.remove(.sample, "s1", withUsers: true) { _ in nil }
        #expect(removed == [family.analysis.key, family.samples[0].key])
        #expect(try await keeper.remove(.sample, "s2", withUsers: false) { _ in nil }.count == 1)
        #expect(family.room.isInPlace(family.host))
        try await family.room.waitForEmptyTrash()
        #expect(try await keeper.remove(.host, "h", withUsers: true) { _ in nil }.count == 1)
        #expect(!family.all.contains(where: family.room.isInPlace))
        let missing = await error { () throws(DataError) in
            try await keeper.remove(.host, "h", withUsers: true) { _ in nil }
        }
        guard case .notFound(.host, id: "h", _) = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
    }

    @Test("What a job works on stays, and so does all that was to go with it")
    func usedByJob() async throws {
        let family = try await makeFamily()
        let keeper = family.room.makeKeeper()
        let job: JobID = "job9"
        let key = family.samples[1].key
        let refusal = await error { () throws(DataError) in
            try await keeper.remove(.host, "h", withUsers: true) { keys in
                keys.contains(key) ? (job, key) : nil
            }
        }
        #expect(
            refusal
                == .conflict(
                    family.host.key,
                    message: "the sample 's2' is used by the job job9, which has not ended"
                )
        )
        #expect(family.all.allSatisfy(family.room.isInPlace))
        // Nothing stays marked as on its way out.
        let args: JSONObject = ["subtraction": "h"]
        try await keeper.check(args, of: DataKeeperTests.sampling)
    }

    @Test("A job that begins meanwhile is refused, or what it works on stays")
    func race() async throws {
        let family = try await makeFamily()
        let keeper = family.room.makeKeeper()
        let order = try DataKeeperTests.order(DataKeeperTests.sampling, ["subtraction": "h"])
        _ = try await keeper.remove(.host, "h", withUsers: true) { _ in
            await #expect(throws: JobDataProblem("the host 'h' is being removed")) {
                try await keeper.inputs(for: order, of: DataKeeperTests.sampling)
            }
            return nil
        }
        let other = try await makeFamily()
        let otherKeeper = other.room.makeKeeper()
        let refusal = await error { () throws(DataError) in
            try await otherKeeper.remove(.host, "h", withUsers: true) { _ in
                // The job has ended in this moment, and what it has made is kept.
                _ = try? await other.room.keep(.sample, "s3", uses: [other.host.key])
                return nil
            }
        }
        guard case .conflict = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(other.all.allSatisfy(other.room.isInPlace))
    }

    @Test("A store that does not answer leaves it whole or removes it, never half")
    func unavailable() async throws {
        for failure in [FlakyStore.Failure.before, .after] {
            let room = try Storeroom()
            let record = try await room.keep(.host, "h")
            let keeper = room.makeKeeper()
            room.store.fail("remove", failure)
            let refusal = await error { () throws(DataError) in
                try await keeper.remove(.host, "h", withUsers: false) { _ in nil }
            }
            #expect(refusal == .storeUnavailable)
            try await room.waitForEmptyTrash()
            #expect(room.isInPlace(record) == (failure == .before))
            #expect((await room.store.inner.record(record.key) != nil) == (failure == .before))
        }
    }

    @Test("What was cut off is undone at the next start if the record is there, and else done")
    func cutOff() async throws {
        let room = try Storeroom()
        let kept = try await room.keep(.host, "kept")
        let removed = try await room.keep(.host, "removed", isInCatalogue: false)
        let made = try await room.keep(.host, "again", job: "j1", isInCatalogue: false)
        let trash = room.folders.data.appending("trash")
        try Files.makeFolder(trash)
        for record in [kept, removed, made] {
            let place = room.folders.place(of: record.key)
            try Files.move(place, to: trash.appending("hosts.\(record.key.id).x"))
        }
        // Half deleted, its record first.
        try Files.makeFolder(trash.appending("samples.half.y"))
        try Files.write(
            [1, 2, 3],
            to: trash.appending("samples.half.y").appending("reads.fastq.gz")
        )
        let anew = try await room.keep(.host, "again", job: "j2")

        try await room.makeKeeper().begin()
        try await room.waitForEmptyTrash()
        #expect(room.isInPlace(kept))
        #expect(room.isInPlace(anew))
        #expect(!Files.exists(room.folders.place(of: removed.key)))

        room.store.fail("read", .before)
        await #expect(throws: DataStoreError.self) { try await room.makeKeeper().begin() }
    }
}
