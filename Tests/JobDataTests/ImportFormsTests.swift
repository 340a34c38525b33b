import JSON
import JobData
import JobModel
import Testing

/// References in the forms that people have: FASTA, and what Virtool exports.
@Suite("Forms of references", .timeLimit(.minutes(6)))
struct ImportFormsTests {
    static let bases = String(repeating: "ACGTTGCA", count: 10)

    private func take(_ content: JSONObject) async throws -> (DataRecord, [JSONValue]) {
        let room = try Storeroom()
        let record = try ImportTests.record(
            try await room.makeKeeper().take(ImportTests.part(content))
        )
        return (record, try ImportTests.content(room)["viruses"]?.arrayValue ?? [])
    }

    private func refusal(_ content: JSONObject) async throws -> String {
        let room = try Storeroom()
        let error = await #expect(throws: DataError.self) {
            try await room.makeKeeper().take(ImportTests.part(content))
        }
        return error?.message ?? ""
    }

    @Test("Each record of FASTA is a virus", arguments: ["\n", "\r\n", "\n\n"])
    func fasta(end: String) async throws {
        let text = [
            "\u{FEFF}", ">NC_1.1 Some virus, complete genome", "acgu", "ryn", ">gi|2|x", "GGGG ",
            ">NC_3.1  Some virus", "ACGT",
        ].joined(separator: end)
        let (record, viruses) = try await take(["text": .string(text)])
        #expect(record.document["virus_count"] == 3)
        #expect(record.document["sequence_count"] == 3)
        #expect(viruses.map { $0["_id"] } == ["NC_1.1", "gi|2|x", "NC_3.1"])
        #expect(viruses.map { $0["name"] } == ["Some virus", "gi|2|x", "Some virus"])
        let first = viruses.first?["isolates"]?.arrayValue?.first
        #expect(first?["default"] == true)
        #expect(
            first?["sequences"] == [
                [
                    "_id": "NC_1.1", "definition": "Some virus, complete genome",
                    "sequence": "ACGTRYN",
                ]
            ]
        )
    }

    @Test("Who brings along viruses of one sequence is told so")
    func twins() async throws {
        let text = ">A one\n\(Self.bases)\n>B two\n\(Self.bases.lowercased())\n>C three\nACGT\n"
        let (record, _) = try await take(["text": .string(text)])
        #expect(
            record.document["warnings"] == [
                "A of one and B of two are the same, letter for letter: reads cannot tell these viruses apart"
            ]
        )
        let (sound, _) = try await take(["text": ">A one\nACGTT\n>B two\nACGT\n"])
        #expect(sound.document["warnings"] == nil)
        // Isolates of one virus are one virus.
        let table = "id\tvirus\tisolate\nA\tone\t1\nB\tone\t2\n"
        let two = ">A\n\(Self.bases)\n>B\n\(Self.bases)\n"
        let (isolates, _) = try await take(["text": .string(two), "table": .string(table)])
        #expect(isolates.document["isolate_count"] == 2)
        #expect(isolates.document["warnings"] == nil)
        let many = (1...30).map { ">N\($0) v\($0)\n\(Self.bases)\n" }.joined()
        let (all, _) = try await take(["text": .string(many)])
        let warnings = all.document["warnings"]?.arrayValue ?? []
        #expect(warnings.count == 21)
        #expect(warnings.last == "and 9 more sequences are the same as another virus's")
    }

    @Test("Texts come in pieces that end anywhere, and profiles beside them")
    func pieces() async throws {
        let room = try Storeroom()
        let keeper = room.makeKeeper()
        var upload: String?
        for piece in [">a vi", "rus\nAC", "GT\n>", "b\nAC"] {
            let part = ImportTests.part(["text": .string(piece)], upload: upload, isLast: false)
            if case .upload(let name) = try await keeper.take(part) { upload = name }
        }
        let last: JSONObject = ["text": "CC\n", "hmm": [["_id": "m1", "cluster": 3]]]
        let record = try ImportTests.record(
            try await keeper.take(ImportTests.part(last, upload: upload))
        )
        #expect(record.document["virus_count"] == 2)
        #expect(record.document["hmm_count"] == 1)
        let viruses = try ImportTests.content(room)["viruses"]?.arrayValue
        let second = viruses?.last?["isolates"]?.arrayValue?.first?["sequences"]?.arrayValue?.first
        #expect(second?["sequence"] == "ACCC")
    }

    @Test("A table groups sequences", arguments: ["\t", ",", ";"], ["\n", "\r\n", "\r"])
    func table(separator: String, end: String) async throws {
        let text = ["a1", "a2", "b1", "b2", "c", "d"].map { ">\($0)\nACGT\n" }.joined()
        let rows = [
            ["Sequence", "Virus", "Isolate", "Segment", "Default?", "Remark"],
            ["b1", "Virus A", "second", "RNA1", "", "x"],
            ["a1", "Virus A", "first", "RNA1", "yes", ""],
            ["a2", "Virus A", "first", "RNA2"], ["b2", "\"Virus A\"", "second", "RNA2"],
            ["c", "Virus C", "", "", "", ""], ["d", "Virus C", "", "", "no", ""],
        ]
        let table = rows.map { $0.joined(separator: separator) + end }.joined()
        let (record, viruses) = try await take(["text": .string(text), "table": .string(table)])
        #expect(
            record.document == [
                "virus_count": 2, "isolate_count": 4, "sequence_count": 6, "hmm_count": 0,
                "data_version": 1,
                "warnings": .array(
                    ["c", "d"].map {
                        "a1 of Virus A and \($0) of Virus C are the same, letter for letter: reads cannot tell these viruses apart"
                    }
                ),
            ]
        )
        #expect(viruses.map { $0["name"] } == ["Virus A", "Virus C"])
        let isolates = viruses.first?["isolates"]?.arrayValue ?? []
        #expect(isolates.map { $0["name"] } == ["first", "second"])
        #expect(isolates.map { $0["default"] } == [true, false])
        let segments = isolates.first?["sequences"]?.arrayValue?.map { $0["segment"] }
        #expect(segments == ["RNA1", "RNA2"])
        // Without isolate and segment each sequence is an isolate, and the first one the default.
        let others = viruses.last?["isolates"]?.arrayValue ?? []
        #expect(others.map { $0["name"] } == ["c", "d"])
        #expect(others.map { $0["default"] } == [true, false])
    }

    static func otu(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONValue {
        var sequence: JSONObject = [
            "_id": "k7x2m9qa", "accession": "KX269865", "definition": "segment RNA2",
            "host": "sweet cherry", "segment": "RNA2", "sequence": .string(bases),
        ]
        change(&sequence)
        return [
            "_id": "6116cba1", "name": "Prunus virus F", "abbreviation": "PrVF",
            "schema": [["name": "RNA2", "required": true]],
            "isolates": [
                [
                    "id": "cab8b360", "source_type": "isolate", "source_name": "8816-s2",
                    "default": true, "sequences": [.object(sequence)],
                ]
            ],
        ]
    }

    @Test("What Virtool exports is taken, as a list and as a file", arguments: [true, false])
    func virtool(isFile: Bool) async throws {
        let otus: JSONValue = [Self.otu()]
        let file: JSONValue = ["data_type": "genome", "name": "v1.4.0", "otus": otus]
        let (record, viruses) = try await take(
            isFile ? ["text": .string(file.description)] : ["otus": otus]
        )
        #expect(record.document["sequence_count"] == 1)
        #expect(
            viruses == [
                [
                    "_id": "6116cba1", "name": "Prunus virus F", "abbreviation": "PrVF",
                    "version": 0, "last_indexed_version": nil, "unbuilt": 1,
                    "isolates": [
                        [
                            "_id": "cab8b360", "name": "isolate 8816-s2", "default": true,
                            "sequences": [
                                [
                                    "_id": "KX269865", "definition": "segment RNA2",
                                    "sequence": .string(Self.bases), "segment": "RNA2",
                                ]
                            ],
                        ]
                    ],
                ]
            ]
        )
    }

    /// An accession that two sequences have names neither.
    @Test("Of sequences with one accession Virtool's own ids count")
    func sharedAccession() async throws {
        var second = Self.otu { $0["_id"] = "other" }.objectValue ?? [:]
        second["_id"] = "another"
        let (_, viruses) = try await take(["otus": [Self.otu(), .object(second)]])
        let ids = viruses.map {
            $0["isolates"]?.arrayValue?.first?["sequences"]?.arrayValue?.first?["_id"]
        }
        #expect(ids == ["k7x2m9qa", "other"])
    }

    @Test("The present form comes as a file too")
    func listsAsText() async throws {
        let file = JSONValue.object(ImportTests.whole).description
        let (record, viruses) = try await take(["text": .string(file)])
        #expect(record.document["sequence_count"] == 3)
        #expect(record.document["hmm_count"] == 1)
        #expect(viruses.first?["unbuilt"] == 2)
    }

    static let protein =
        "MSYSITTPSQFVFLSSAWADPIELINLCTNALGNQFQTQQARTVVQRQFSEVWKPSPQVTVRFPDSDFKVYRYNAVLDPLVTALLGAFDTRNRIIEVENQANPTTAETLDATRRVDDATVAIRSAINNLIVELIRGTGSYNRSSFESSSGLVWTSGPAT"
    static let only = String(repeating: "N", count: 1000)

    @Test(
        "What cannot be mapped to is refused with its line",
        arguments: [
            (">*\nACGT", "text: line 1: '*' must not begin with '*'"),
            ("\n>=\nACGT", "text: line 2: '=' must not begin with '='"),
            (">*a\nACGT", "text: line 1: '*a' must not begin with '*'"),
            (">é\nACGT", "text: line 1: 'é' must be of printable ASCII"),
            ("> a\nACGT", "text: line 1: the header has no id"),
            (">a\nACGT\n>a\nAC", "text: line 3: there is another sequence 'a'"),
            (
                ">Nc_1\nACGT\n>NC_1\nAC",
                "text: line 3: 'NC_1' and the sequence 'Nc_1' differ in case"
            ),
            (">a\nACGT\n>b\n>c\nAC", "text: line 3: the sequence 'b' is empty"),
            (">a\nACGT\n>b\n \n", "text: line 3: the sequence 'b' is empty"),
            (">a\n\(only)", "text: line 1: 'a' has no A, C, G or T"),
            (">a\nRYRY", "text: line 1: 'a' has no A, C, G or T"),
            (
                ">a\n\(protein)",
                "text: line 2: 'a' holds 'I' at position 5, which is no IUPAC letter"
            ),
            (">a\nACGT\nAC-T", "text: line 3: 'a' holds '-' at position 3"),
            (
                ">a\nACGT*",
                "text: line 2: 'a' holds '*' at position 5, which is no IUPAC letter for a nucleotide: this looks like a protein"
            ),
            ("ACGT", "text: must be FASTA, which begins with '>', or a JSON object"),
            ("<html>", "text: is an HTML page"), (" \n", "text: is empty"),
            ("@r\nACGT\n+\nIIII\n", "text: is a FASTQ file"),
            (";c\n>a\nACGT", "text: must be FASTA"),
            (">a\rACGT\r", "text: is text with the line ends of old Macs"),
            ("{", "text: is not JSON"),
            ("[]", "text: must be an object, not array"),
            ("{\"a\": 1}", "text: has neither the list viruses nor"),
            ("{\"otus\": []}", "otus: is empty"),
            ("{\"otus\": {}}", "otus: must be a list, not object"),
        ]
    )
    func refusals(text: String, message: String) async throws {
        let said = try await refusal(["text": .string(text)])
        #expect(said.hasPrefix(message), "\(said)")
    }

    @Test(
        "So is what is wrong with a table",
        arguments: [
            ("", "table: is empty"),
            ("id,name of it\na,b", "table: line 1: there is no column 'virus'"),
            ("virus\tisolate\n", "table: line 1: there is no column 'id'"),
            ("id,virus,organism\na,b,c", "table: line 1: there are two columns for the virus"),
            ("id,virus\n\na,\n", "table: line 3: the virus is missing"),
            ("id,virus\na,x\na,y", "table: line 3: 'a' has a row already, in line 2"),
            ("id,virus\na,x\n", "text: line 3: the table has no row for 'b'"),
            ("id,virus\na,x\nb,x\nc,x", "table: line 4: there is no sequence 'c' in the FASTA"),
            ("id,virus,default\na,x,maybe\nb,x,", "table: line 2: default must be yes or no"),
            (
                "id,virus,default\na,x,1\nb,x,1",
                "table: one isolate of 'x' must be the default, and 'a' and 'b' are"
            ),
            ("id,virus\na,\"x", "table: line 2: a quotation mark is not closed"),
            ("id,virus\ra,x\r\rb,", "table: line 4: the virus is missing"),
            (
                "id,virus,isolate,segment\na,x,i,RNA1\nb,x,i,RNA1",
                "table: line 3: the segment 'RNA1' of 'i' of 'x' has a sequence already, 'a'"
            ),
            (
                "id,virus,segment\na,x,RNA1\nb,x,RNA1",
                "table: line 3: the segment 'RNA1' of 'x' has a sequence already, 'a'"
            ),
        ]
    )
    func tables(table: String, message: String) async throws {
        let said = try await refusal(["text": ">a\nACGT\n>b\nACGT\n", "table": .string(table)])
        #expect(said.hasPrefix(message), "\(said)")
    }

    @Test("And what is wrong in Virtool's form, or in two forms at once")
    func otherRefusals() async throws {
        let place = "otus[0].isolates[0].sequences[0]"
        func refusal(of change: (inout JSONObject) -> Void) async throws -> String {
            try await self.refusal(["otus": [Self.otu(change)]])
        }
        #expect(
            try await refusal { $0["accession"] = "*" }.hasPrefix(
                "\(place).accession: '*' must not"
            )
        )
        #expect(try await refusal { $0["_id"] = "=" }.hasPrefix("\(place)._id: '=' must not"))
        #expect(
            try await refusal { $0["sequence"] = .string(Self.only) }
                .hasPrefix("\(place).sequence: 'KX269865' has no A, C, G or T")
        )
        #expect(try await refusal { $0["sequence"] = "" } == "\(place).sequence: is empty")
        #expect(
            try await refusal { $0["sequence"] = .string(Self.protein) }
                .contains("this looks like a protein")
        )
        #expect(
            try await self.refusal(["otus": [Self.otu(), Self.otu()]])
                == "otus[1]._id: there is another virus '6116cba1'"
        )
        let two: JSONObject = ["text": ">a\nACGT", "viruses": ImportTests.viruses]
        #expect(try await self.refusal(two).hasPrefix("text: holds a whole reference"))
        let tabled: JSONObject = ["otus": [Self.otu()], "table": "id,virus"]
        #expect(try await self.refusal(tabled).hasPrefix("table: goes with FASTA"))
    }
}
