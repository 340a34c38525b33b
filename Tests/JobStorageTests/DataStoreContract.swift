import JSON
import JobModel
import JobStorage
import Testing

@Suite("What every store of records promises", .timeLimit(.minutes(6)))
struct DataStoreContract {
    static let document: JSONObject = [
        "count": 5, "share": 0.25, "whole": 2.0, "none": nil, "list": [1, ["a.b": "c"]],
        "$odd": ["": true],
    ]

    @Test("A record comes back as it was", arguments: StoreKind.allCases)
    func roundTrip(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let host = try record(.host, "a.b-c_1")
            let sample = try record(
                .sample,
                "s1",
                uses: [host.key],
                job: "j2",
                at: dawn + .microseconds(1_234_567),
                document: Self.document
            )
            let reference = try record(.reference, "viruses", job: nil)
            for record in [host, sample, reference] {
                #expect(try await store.record(record.key) == nil)
                try await store.insert(record)
                #expect(try await store.record(record.key) == record)
            }
            let other = try #require(DataKey(.sample, "a.b-c_1"))
            #expect(try await store.record(other) == nil)
        }
    }

    /// A document that is as large as one in a record may be, made of what takes most space in BSON.
    @Test("A record of the largest document comes back as it was", arguments: StoreKind.allCases)
    func largest(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let digits = JSONValue.array(Array(repeating: 7, count: (1 << 20) / 2 - 100))
            let large = try record(.analysis, "large", document: ["list": digits])
            try await store.insert(large)
            #expect(try await store.record(large.key) == large)
        }
    }

    @Test("Pages are in the order of ids, and hold one kind", arguments: StoreKind.allCases)
    func pages(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let ids = ["b", "A", "a", "a-b", "a.b", "a_b", "0", "ab", "z"]
            for id in ids {
                try await store.insert(try record(.host, id))
                try await store.insert(try record(.sample, id + "x"))
            }
            var found: [String] = []
            while true {
                let page = try await store.records(of: .host, after: found.last, limit: 2)
                found += page.map(\.key.id)
                #expect(page.allSatisfy { $0.key.kind == .host })
                if page.count < 2 { break }
            }
            #expect(found == ids.sorted())
            #expect(try await store.records(of: .analysis, after: nil, limit: 5).isEmpty)
        }
    }

    @Test(
        "Heads are pages of the same records without their documents",
        arguments: StoreKind.allCases
    )
    func heads(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let host = try record(.host, "h")
            var records: [DataRecord] = []
            for id in ["c", "a", "b"] {
                records.append(
                    try record(
                        .sample,
                        id,
                        uses: [host.key],
                        job: id == "b" ? nil : "j\(id)",
                        at: dawn + .microseconds(1_234_567),
                        document: Self.document
                    )
                )
            }
            for record in records + [host] { try await store.insert(record) }
            records.sort { $0.key < $1.key }
            for place in records.indices { records[place].document = [:] }
            let first = try await store.heads(of: .sample, after: nil, limit: 2)
            #expect(first == Array(records.prefix(2)))
            let rest = try await store.heads(of: .sample, after: first.last?.key.id, limit: 2)
            #expect(rest == Array(records.suffix(1)))
        }
    }

    @Test("Who was made from something is found", arguments: StoreKind.allCases)
    func users(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let host = try record(.host, "h")
            let samples = try ["s2", "s1"].map { try record(.sample, $0, uses: [host.key]) }
            let analysis = try record(.analysis, "x", uses: [samples[0].key, host.key, host.key])
            for record in [host, analysis] + samples { try await store.insert(record) }
            #expect(
                try await store.users(of: host.key) == [samples[1], samples[0], analysis]
            )
            #expect(try await store.users(of: samples[0].key) == [analysis])
            try await store.remove(analysis.key)
            #expect(try await store.users(of: samples[0].key).isEmpty)
            try await store.replace(try record(.sample, "s1", uses: []))
            #expect(try await store.users(of: host.key) == [samples[0]])
        }
    }

    @Test(
        "A key is one record's; the same job's once more is fine",
        arguments: StoreKind.allCases
    )
    func conflict(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let first = try record(.host, "h", job: "j1", document: ["n": 1])
            try await store.insert(first)
            try await store.insert(first)
            let other = try record(.host, "h", job: "j2", document: ["n": 1])
            await #expect(throws: DataStoreError.conflict(first.key)) {
                try await store.insert(other)
            }
            #expect(try await store.record(first.key) == first)

            let brought = try record(.reference, "r", job: nil, document: ["n": 1])
            try await store.insert(brought)
            try await store.insert(brought)
            let changed = try record(.reference, "r", job: nil, document: ["n": 2])
            await #expect(throws: DataStoreError.conflict(brought.key)) {
                try await store.insert(changed)
            }
            try await store.replace(changed)
            #expect(try await store.record(brought.key) == changed)

            try await store.remove(first.key)
            try await store.remove(first.key)
            #expect(try await store.record(first.key) == nil)
            try await store.insert(other)
            #expect(try await store.record(first.key) == other)
        }
    }

    @Test("Of many at once that want one key one gets it", arguments: StoreKind.allCases)
    func race(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let records = try (0..<8).map { try record(.host, "h", job: "j\($0)") }
            let kept = await withTaskGroup { group in
                for record in records {
                    group.addTask {
                        do {
                            try await store.insert(record)
                            return record as DataRecord?
                        } catch {
                            return nil
                        }
                    }
                }
                return await group.reduce(into: [DataRecord]()) {
                    if let record = $1 { $0.append(record) }
                }
            }
            #expect(kept.count == 1)
            #expect(try await store.record(records[0].key) == kept.first)
        }
    }
}

func record(
    _ kind: DataKind,
    _ id: String,
    uses: [DataKey] = [],
    job: String? = "j1",
    at date: Timestamp = dawn,
    document: JSONObject = [:]
) throws -> DataRecord {
    DataRecord(
        key: try #require(DataKey(kind, id)),
        name: "the \(id)",
        uses: uses,
        job: job.flatMap { JobID($0) },
        username: "igboyes",
        created: date,
        document: document
    )
}
