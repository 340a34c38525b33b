import JSON
import JobData
import JobModel
import JobRunning
import JobStorage
import JobTasks
import Testing

@Suite("The keeper of data", .timeLimit(.minutes(6)))
struct DataKeeperTests {
    static let analysis = TaskDescription(
        name: "nuvs",
        arguments: [
            ArgumentDescription(name: "sample_id", type: .string, isRequired: true, names: .sample),
            ArgumentDescription(
                name: "reference",
                type: .string,
                defaultValue: "viruses",
                names: .reference
            ),
        ],
        stages: ["map"]
    )
    static let sampling = TaskDescription(
        name: "create_sample",
        arguments: [ArgumentDescription(name: "subtraction", type: .string, names: .host)],
        stages: ["trim"]
    )

    static func order(_ task: TaskDescription, _ args: JSONObject) throws -> LaunchOrder {
        LaunchOrder(
            id: "job1",
            task: task.name,
            args: try task.check(args),
            resources: Resources(proc: 1, mem: 1),
            username: "igboyes"
        )
    }

    // MARK: What jobs name

    @Test("What is not there is refused, and what was meant is said")
    func check() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        func refusal(_ args: JSONObject, _ task: TaskDescription) async throws -> DataError? {
            let checked = try task.check(args)
            do throws(DataError) {
                try await keeper.check(checked, of: task)
                return nil
            } catch {
                return error
            }
        }
        #expect(
            try await refusal(["subtraction": "peach"], Self.sampling)
                == .badArguments(
                    field: "args.subtraction",
                    message: "there is no host 'peach', nor any other; add_host makes one"
                )
        )
        try await room.keep(.host, "prunus_persica")
        try await room.keep(.host, "vitis")
        #expect(try await refusal([:], Self.sampling) == nil)
        #expect(try await refusal(["subtraction": "vitis"], Self.sampling) == nil)
        for (given, hint) in [
            ("prunus_persicaa", "; did you mean 'prunus_persica'?"),
            ("the vitis", "; did you mean 'vitis'?"), ("../vitis", ""),
            ("something else", ""),
        ] {
            #expect(
                try await refusal(["subtraction": .string(given)], Self.sampling)
                    == .badArguments(
                        field: "args.subtraction",
                        message: "there is no host '\(given)'\(hint)"
                    )
            )
        }
        room.store.fail("read", .before)
        #expect(
            try await refusal(["subtraction": "vitis"], Self.sampling) == .storeUnavailable
        )
    }

    @Test("An analysis wants a reference with an index")
    func indexWanted() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        try await room.keep(.sample, "s1")
        let reference = try await room.keep(.reference, "viruses", job: nil)
        let order = try Self.order(Self.analysis, ["sample_id": "s1"])
        let sentence = "the reference viruses has no index yet; run rebuild_index first"
        await #expect(throws: DataError.badArguments(field: "args.reference", message: sentence)) {
            try await keeper.check(order.args, of: Self.analysis)
        }
        await #expect(throws: JobDataProblem(sentence)) {
            try await keeper.inputs(for: order, of: Self.analysis)
        }
        try await room.keepIndex(1, of: reference)
        try await keeper.check(order.args, of: Self.analysis)
    }

    @Test("A job gets what it names, the newest index of its reference, and its sample's host")
    func inputs() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        let host = try await room.keep(.host, "h")
        let sample = try await room.keep(.sample, "s1", uses: [host.key])
        let reference = try await room.keep(.reference, "viruses", job: nil)
        for version in [2, 10, 9] { try await room.keepIndex(version, of: reference) }
        let order = try Self.order(Self.analysis, ["sample_id": "s1"])
        // Asked again until the store answers.
        room.store.fail("read", .before, .after)
        let inputs = try await keeper.inputs(for: order, of: Self.analysis)
        #expect(Set(inputs.keys) == [.host, .sample, .reference, .index])
        #expect(inputs[.host] == host)
        #expect(inputs[.sample] == sample)
        #expect(inputs[.index]?.key.id == "viruses.10")

        try Files.remove(room.folders.place(of: host.key))
        await #expect(
            throws: JobDataProblem(
                "the files of the host 'h' are not in this server's data folder: hosts/h is missing"
            )
        ) { try await keeper.inputs(for: order, of: Self.analysis) }
        await room.store.inner.remove(sample.key)
        await #expect(throws: JobDataProblem("there is no sample 's1' any more")) {
            try await keeper.inputs(for: order, of: Self.analysis)
        }
    }

    @Test("A job gets what lists among its arguments name, each once")
    func listedInputs() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        let task = TaskDescription(
            name: "many",
            arguments: [
                ArgumentDescription(name: "subtractions", type: .list, names: .host)
            ],
            stages: ["map"]
        )
        let first = try await room.keep(.host, "b")
        let second = try await room.keep(.host, "a")
        let order = try Self.order(task, ["subtractions": ["b", "a", "b"]])
        try await keeper.check(order.args, of: task)
        #expect(try await keeper.listedInputs(for: order, of: task) == [first, second])
        #expect(try await keeper.inputs(for: order, of: task).isEmpty)
        await #expect(
            throws: DataError.badArguments(
                field: "args.subtractions[1]",
                message: "there is no host 'something else'"
            )
        ) { try await keeper.check(["subtractions": ["a", "something else"]], of: task) }
        await room.store.inner.remove(second.key)
        await #expect(throws: JobDataProblem("there is no host 'a' any more")) {
            try await keeper.listedInputs(for: order, of: task)
        }
    }

    // MARK: What jobs make

    @Test("What a job has made is kept, for as long as it takes and once")
    func keep() async throws {
        let room = try Storeroom()
        let record = try await room.keep(.host, "h", isInCatalogue: false)
        room.store.fail("insert", .before, .after, .before)
        try await room.makeKeeper().keep(record)
        #expect(await room.store.inner.record(record.key) == record)
        try await room.makeKeeper().keep(record)

        let other = try await room.keep(.host, "h", job: "j2", isInCatalogue: false)
        await #expect(throws: JobDataProblem.self) { try await room.makeKeeper().keep(other) }
        #expect(await room.store.inner.record(record.key) == record)
        await room.makeKeeper().discard(record)
        #expect(room.isInPlace(other), "it is not the one that was to go")
        await room.makeKeeper().discard(other)
        #expect(!Files.exists(room.folders.place(of: other.key)))
        try await room.waitForEmptyTrash()
    }

    // MARK: Old indexes

    @Test("Versions of an index that are not the newest go, once no job may use them")
    func oldIndexes() async throws {
        let room = try Storeroom()
        let reference = try await room.keep(.reference, "viruses", job: nil)
        let other = try await room.keep(.reference, "others", job: nil)
        let keeper = room.makeKeeper()
        #expect(await !keeper.hasOldIndexes)
        var versions: [DataRecord] = []
        for version in 1...3 {
            versions.append(try await room.keepIndex(version, of: reference))
            try await keeper.keep(versions[version - 1])
        }
        let only = try await room.keepIndex(1, of: other)
        try await keeper.keep(only)
        let analysis = try await room.keep(.analysis, "a", uses: [versions[0].key])

        await keeper.removeOldIndexes { [reference.key] }
        #expect(versions.allSatisfy(room.isInPlace))
        #expect(await keeper.hasOldIndexes)
        // A later server finds them too.
        let later = room.makeKeeper()
        try await later.begin()
        for keeper in [keeper, later] { await keeper.removeOldIndexes { [other.key] } }
        #expect(versions.map(room.isInPlace) == [false, false, true])
        #expect(room.isInPlace(only))
        #expect(room.isInPlace(analysis))
        let left = await room.store.inner.records(of: .index, after: nil, limit: 9)
        #expect(left.map(\.key.id) == ["others.1", "viruses.3"])
        await later.removeOldIndexes { [] }
        #expect(await !later.hasOldIndexes)
        try await room.waitForEmptyTrash()
    }

    @Test("An index that becomes old while it is asked which jobs run is not touched")
    func oldMeanwhile() async throws {
        let room = try Storeroom()
        let reference = try await room.keep(.reference, "viruses", job: nil)
        let keeper = room.makeKeeper()
        let first = try await room.keepIndex(1, of: reference)
        try await keeper.keep(first)
        await keeper.removeOldIndexes {
            // A job of this moment has begun with the first, and ends after the second is there.
            if let second = try? await room.keepIndex(2, of: reference) {
                try? await keeper.keep(second)
            }
            return []
        }
        #expect(room.isInPlace(first))
        #expect(await keeper.hasOldIndexes)
        await keeper.removeOldIndexes { [] }
        #expect(!room.isInPlace(first))
    }
}
