import JSON
import JobData
import JobModel
import JobRunning
import JobStorage
import JobTasks
import SystemPackage
import Testing

@Suite("References that are brought along", .timeLimit(.minutes(6)))
struct ImportTests {
    static let viruses: JSONValue = [
        [
            "_id": "v1", "name": "Tobacco mosaic virus", "abbreviation": "TMV", "_version": 3,
            "last_indexed_version": 1, "modified": false,
            "isolates": [
                [
                    "isolate_id": "i1", "source_type": "isolate", "source_name": "T-1",
                    "default": true,
                ],
                [
                    "isolate_id": "i2", "source_type": "strain", "source_name": "B",
                    "default": false,
                ],
            ],
        ],
        [
            "_id": "v2", "name": "Peach latent virus", "_version": 0, "last_indexed_version": nil,
            "isolates": [["isolate_id": "i3", "default": true]],
        ],
    ]
    static let sequences: JSONValue = [
        ["_id": "NC_1.1", "isolate_id": "i1", "definition": "TMV", "sequence": "acgtunRYSWKMBDHV"],
        ["_id": "NC_2.1", "isolate_id": "i2", "definition": "TMV B", "sequence": "ACGT"],
        ["_id": "NC_3.1", "isolate_id": "i3", "sequence": "GGGG"],
    ]
    static let history: JSONValue = [
        ["entry_id": "v1", "index": "unbuilt"], ["entry_id": "v1", "index": "unbuilt"],
        ["entry_id": "v1", "index": "previous"], ["entry_id": "gone", "index": "unbuilt"],
    ]
    static let whole: JSONObject = [
        "viruses": viruses, "sequences": sequences, "history": history,
        "hmm": [["_id": "m1", "cluster": 11, "label": "coat protein", "entries": [1, 2]]],
    ]

    static func part(
        _ content: JSONObject,
        upload: String? = nil,
        id: String = "viruses",
        name: String? = nil,
        isLast: Bool = true,
        username: String = "igboyes"
    ) -> DataKeeper.ImportPart {
        DataKeeper.ImportPart(
            upload: upload,
            id: id,
            name: name,
            content: content,
            isLast: isLast,
            username: username
        )
    }

    static func record(_ answer: DataKeeper.ImportAnswer) throws -> DataRecord {
        guard case .record(let record) = answer else {
            Issue.record("more is expected")
            throw CancellationError()
        }
        return record
    }

    static func content(_ room: Storeroom) throws -> JSONValue {
        let file = room.folders.data.pushing("references/viruses/reference.json")
        return try JSONValue(parsing: Files.read(file))
    }

    @Test("Is joined to one document, as tasks read it")
    func whole() async throws {
        let room = try Storeroom()
        let record = try Self.record(
            try await room.makeKeeper().take(Self.part(Self.whole, name: "Plant viruses"))
        )
        #expect(record.name == "Plant viruses")
        #expect(record.job == nil)
        #expect(record.username == "igboyes")
        #expect(
            record.document == [
                "virus_count": 2, "isolate_count": 3, "sequence_count": 3, "hmm_count": 1,
                "data_version": 1,
            ]
        )
        #expect(await room.store.inner.record(record.key) == record)
        #expect(room.isInPlace(record))
        #expect(
            try Self.content(room) == [
                "viruses": [
                    [
                        "_id": "v1", "name": "Tobacco mosaic virus", "abbreviation": "TMV",
                        "version": 3, "last_indexed_version": 1, "unbuilt": 2,
                        "isolates": [
                            [
                                "_id": "i1", "name": "isolate T-1", "default": true,
                                "sequences": [
                                    [
                                        "_id": "NC_1.1", "definition": "TMV",
                                        "sequence": "ACGTTNRYSWKMBDHV",
                                    ]
                                ],
                            ],
                            [
                                "_id": "i2", "name": "strain B", "default": false,
                                "sequences": [
                                    ["_id": "NC_2.1", "definition": "TMV B", "sequence": "ACGT"]
                                ],
                            ],
                        ],
                    ],
                    [
                        "_id": "v2", "name": "Peach latent virus", "abbreviation": "", "version": 0,
                        "last_indexed_version": nil, "unbuilt": 0,
                        "isolates": [
                            [
                                "_id": "i3", "name": "i3", "default": true,
                                "sequences": [
                                    ["_id": "NC_3.1", "definition": "", "sequence": "GGGG"]
                                ],
                            ]
                        ],
                    ],
                ],
                "hmm": [["_id": "m1", "cluster": 11, "label": "coat protein"]],
            ]
        )
    }

    @Test("Ids that look alike and are of other bytes are those of others")
    func lookalikes() async throws {
        let ids = ["\u{E9}", "e\u{301}"]
        let content: JSONObject = [
            "viruses": .array(
                ids.map {
                    [
                        "_id": .string($0), "name": "virus", "_version": 2,
                        "last_indexed_version": 0,
                        "isolates": [["isolate_id": .string($0), "default": true]],
                    ]
                }
            ),
            "sequences": [
                ["_id": "first", "isolate_id": .string(ids[0]), "sequence": "A"],
                ["_id": "second", "isolate_id": .string(ids[1]), "sequence": "C"],
            ],
            "history": [["entry_id": .string(ids[1]), "index": "unbuilt"]],
        ]
        let room = try Storeroom()
        let record = try Self.record(try await room.makeKeeper().take(Self.part(content)))
        #expect(record.document["virus_count"] == 2)
        #expect(record.document["isolate_count"] == 2)
        let viruses = try #require(try Self.content(room)["viruses"]?.arrayValue)
        #expect(viruses.map { $0["_id"] } == ids.map { .string($0) })
        #expect(viruses.map { $0["unbuilt"] } == [0, 1])
        let isolates = viruses.map { $0["isolates"]?.arrayValue?.first }
        #expect(isolates.map { $0?["_id"] } == ids.map { .string($0) })
        #expect(
            isolates.map { $0?["sequences"]?.arrayValue?.first?["_id"] } == ["first", "second"]
        )
    }

    @Test("Without a history, a virus whose version is not the indexed one counts once")
    func withoutHistory() async throws {
        let room = try Storeroom()
        var content = Self.whole
        content["history"] = nil
        _ = try await room.makeKeeper().take(Self.part(content))
        let viruses = try Self.content(room)["viruses"]?.arrayValue
        #expect(viruses?.compactMap { $0["unbuilt"]?.integerValue } == [1, 1])
    }

    @Test("In parts it is the same, and anew it has the next version")
    func parts() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        _ = try await keeper.take(Self.part(Self.whole, name: "Plant viruses"))
        let before = try Self.content(room)
        guard
            case .upload(let upload) = try await keeper.take(
                Self.part(["viruses": Self.viruses], isLast: false)
            )
        else {
            Issue.record("it is not finished")
            return
        }
        for sequence in Self.sequences.arrayValue ?? [] {
            _ = try await keeper.take(
                Self.part(["sequences": [sequence]], upload: upload, isLast: false)
            )
        }
        let rest: JSONObject = ["history": Self.history, "hmm": Self.whole["hmm"] ?? nil]
        await #expect(throws: DataError.noSuchUpload(upload)) {
            try await keeper.take(Self.part(rest, upload: upload, username: "somebody"))
        }
        let record = try Self.record(try await keeper.take(Self.part(rest, upload: upload)))
        #expect(try Self.content(room) == before)
        #expect(record.document["data_version"] == 2)
        #expect(record.name == "Plant viruses")
        #expect(await room.store.inner.record(record.key) == record)
        await #expect(throws: DataError.noSuchUpload(upload)) {
            try await keeper.take(Self.part(rest, upload: upload))
        }
        #expect(try Files.names(in: room.folders.data.pushing("work/.imports")).isEmpty)
    }

    @Test("Uploads that nobody finishes are given up, and their files with them")
    func abandoned() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        let folder = room.folders.data.pushing("work/.imports")
        for _ in 0..<20 {
            _ = try await keeper.take(Self.part(["viruses": Self.viruses], isLast: false))
        }
        #expect(try Files.names(in: folder).count == 16)
        try await room.makeKeeper().begin()
        #expect(!Files.exists(folder))
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let content: @Sendable () -> JSONObject

        init(_ message: String, _ change: @escaping @Sendable (inout JSONObject) -> Void) {
            testDescription = message
            content = {
                var content = ImportTests.whole
                change(&content)
                return content
            }
        }
    }

    private static func sequence(
        _ index: Int,
        _ name: String,
        _ value: JSONValue?
    )
        -> @Sendable (inout JSONObject) -> Void
    {
        { content in
            var list = content["sequences"]?.arrayValue ?? []
            var sequence = list[index].objectValue ?? [:]
            sequence[name] = value
            list[index] = .object(sequence)
            content["sequences"] = .array(list)
        }
    }

    private static func virus(
        _ index: Int,
        _ name: String,
        _ value: JSONValue?
    )
        -> @Sendable (inout JSONObject) -> Void
    {
        { content in
            var list = content["viruses"]?.arrayValue ?? []
            var virus = list[index].objectValue ?? [:]
            virus[name] = value
            list[index] = .object(virus)
            content["viruses"] = .array(list)
        }
    }

    static let faults = [
        Fault("viruses: is empty: a reference has at least one virus") { $0["viruses"] = [] },
        Fault("viruses: must be a list, not object") { $0["viruses"] = [:] },
        Fault("viruses[0]: must be an object, not string") { $0["viruses"] = ["v1"] },
        Fault("viruses[1]._id: there is another virus 'v1'", virus(1, "_id", "v1")),
        Fault("viruses[1].name: is required", virus(1, "name", nil)),
        Fault("viruses[1].name: must be a string, not 5", virus(1, "name", 5)),
        Fault("viruses[1].isolates: is empty", virus(1, "isolates", [])),
        Fault(
            "viruses[1].isolates: one isolate of 'Peach latent virus' must be the default, and none is",
            virus(1, "isolates", [["isolate_id": "i3", "default": false]])
        ),
        Fault(
            "viruses[1].isolates: one isolate of 'Peach latent virus' must be the default, and 2 are",
            virus(
                1,
                "isolates",
                [["isolate_id": "i3", "default": true], ["isolate_id": "i4", "default": true]]
            )
        ),
        Fault(
            "viruses[1].isolates[0]: there is another isolate 'i1'",
            virus(1, "isolates", [["isolate_id": "i1", "default": true]])
        ),
        Fault("sequences[2]._id: there is another sequence 'NC_1.1'", sequence(2, "_id", "NC_1.1")),
        Fault(
            "sequences[2]._id: 'NC 3' must be of printable ASCII without blanks and '>'",
            sequence(2, "_id", "NC 3")
        ),
        Fault(
            "sequences[1].isolate_id: no virus has an isolate 'i9'",
            sequence(1, "isolate_id", "i9")
        ),
        Fault("sequences[1].isolate_id: is required", sequence(1, "isolate_id", nil)),
        Fault("sequences[1].sequence: is empty", sequence(1, "sequence", "")),
        Fault(
            "sequences[1].sequence: 'NC_2.1' holds '-' at position 3, which is no IUPAC letter for "
                + "a nucleotide",
            sequence(1, "sequence", "AC-T")
        ),
        Fault(
            "viruses[1]: 'Peach latent virus' has no sequence of its default isolate 'i3'",
            { $0["sequences"] = .array(Array($0["sequences"]?.arrayValue?.prefix(2) ?? [])) }
        ),
        Fault("hmm[0].cluster: is required") { $0["hmm"] = [["_id": "x"]] },
        Fault("history[0].entry_id: is required") { $0["history"] = [["index": "unbuilt"]] },
    ]

    @Test(
        "What is not as it must be is refused with its place, and nothing is changed",
        arguments: faults
    )
    func fault(fault: Fault) async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        let record = try Self.record(try await keeper.take(Self.part(Self.whole)))
        let before = try Self.content(room)
        let error = await #expect(throws: DataError.self) {
            try await keeper.take(Self.part(fault.content()))
        }
        #expect(error?.message == fault.testDescription)
        #expect(try Self.content(room) == before)
        #expect(await room.store.inner.record(record.key) == record)
    }

    @Test("An id that can name no folder is refused")
    func badID() async throws {
        let room = try Storeroom()
        let error = await #expect(throws: DataError.self) {
            try await room.makeKeeper().take(Self.part(Self.whole, id: "../viruses"))
        }
        #expect(error?.message == "_id: must be \(DataKey.form)")
    }
}
