import Foundation
import JSON
import JobModel
import JobProtocol
import Subprocess
import Testing

@Suite("jobsync data", .timeLimit(.minutes(6)))
struct DataTests {
    static let viruses: JSONValue = [
        [
            "_id": "v1", "name": "Tobacco mosaic virus", "abbreviation": "TMV", "_version": 3,
            "last_indexed_version": nil,
            "isolates": [
                [
                    "isolate_id": "i1", "source_type": "isolate", "source_name": "T-1",
                    "default": true,
                ]
            ],
        ]
    ]

    /// More than fits one message.
    static let sequences: JSONValue = .array(
        (0..<30).map { number in
            [
                "_id": .string("NC_\(number)"), "isolate_id": "i1", "host": "Nicotiana",
                "sequence": .string(String(repeating: "ACGTTGCA", count: 6000)),
            ]
        }
    )

    private func write(_ value: JSONValue, to path: String, in folder: DataFolder) throws {
        let file = folder.file(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(value.encoded).write(to: file)
    }

    @Test("Brings a reference along from a folder, its first file or one file, and shows it")
    func reference() async throws {
        let folder = try DataFolder()
        try write(Self.viruses, to: "db/viruses.json", in: folder)
        try write(Self.sequences, to: "db/sequences.json", in: folder)
        try write(
            [["entry_id": "v1", "index": "unbuilt", "changes": [1, 2]]],
            to: "db/history.json",
            in: folder
        )
        let whole: JSONObject = ["viruses": Self.viruses, "sequences": Self.sequences]
        try write(.object(whole), to: "whole.json", in: folder)
        let server = try await ServerProcess.start(folder.url)
        let empty = try await CommandRun.jobsync("data", "references", "list", on: server)
        #expect(empty.lines.count == 1)

        let first = try await CommandRun.jobsync(
            "data",
            "import-reference",
            folder.file("db").path,
            "--name",
            "Plant viruses",
            on: server
        )
        #expect(first.errors == "")
        #expect(first.status == 0)
        #expect(first.lines == ["viruses: 1 virus, 1 isolate, 30 sequences"])
        let content = try JSONValue(parsing: try folder.text("references/viruses/reference.json"))
        #expect(content["viruses"]?.arrayValue?.first?["unbuilt"] == 1)
        for source in ["db/viruses.json", "whole.json"] {
            let again = try await CommandRun.jobsync(
                "data",
                "import-reference",
                folder.file(source).path,
                "--json",
                on: server
            )
            #expect(again.status == 0)
            let record = try JSONValue(parsing: again.output)
            #expect(record["name"] == "Plant viruses")
            #expect(record["document"]?["sequence_count"] == 30)
        }

        let list = try await CommandRun.jobsync("data", "references", on: server)
        #expect(
            list.lines.first?.hasPrefix("ID       NAME           VIRUSES  SEQUENCES  INDEX") == true
        )
        #expect(
            list.lines.last?.hasPrefix("viruses  Plant viruses        1         30  none") == true
        )
        let show = try await CommandRun.jobsync("data", "references", "show", "viruses", on: server)
        #expect(show.lines.first == "reference viruses: Plant viruses")
        #expect(show.lines.contains("data_version: 3"))
        #expect(show.lines.last == "no index yet; `jobsync new rebuild_index` makes one")
        let json = try await CommandRun.jobsync(
            "data",
            "references",
            "show",
            "viruses",
            "--json",
            on: server
        )
        #expect(try JSONValue(parsing: json.output)["_id"] == "viruses")
        await server.end(SIGTERM)

        // It is there for the next server too.
        let next = try await ServerProcess.start(folder.url)
        let removed = try await CommandRun.jobsync(
            "data",
            "references",
            "remove",
            "viruses",
            on: next
        )
        #expect(removed.lines == ["removed reference viruses"])
        #expect(!folder.exists("references/viruses"))
        await next.end(SIGTERM)
    }

    @Test("Says in one line what is wrong, and with which code")
    func refusals() async throws {
        let folder = try DataFolder()
        try write(["viruses": Self.viruses, "sequences": []], to: "bad.json", in: folder)
        try write([1, 2], to: "list.json", in: folder)
        try "{".write(to: folder.file("broken.json"), atomically: true, encoding: .utf8)
        let server = try await ServerProcess.start(folder.url)
        func expect(
            _ arguments: [String],
            _ status: Int32,
            _ text: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let run = try await CommandRun.jobsync(arguments, on: server)
            #expect(run.status == status, sourceLocation: sourceLocation)
            #expect(run.errors.contains(text), "\(run.errors)", sourceLocation: sourceLocation)
            #expect(run.errors.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
            #expect(run.output == "", sourceLocation: sourceLocation)
        }
        let file = { (name: String) in folder.file(name).path }
        try await expect(
            ["data", "import-reference", file("bad.json")],
            1,
            "jobsync: \(file("bad.json")): viruses[0]: 'Tobacco mosaic virus' has no sequence of its "
                + "default isolate 'i1'"
        )
        try ">a\nACGT\n>*\nACGT\n".write(
            to: folder.file("star.fasta"),
            atomically: true,
            encoding: .utf8
        )
        try "id\tvirus\na\t\n".write(
            to: folder.file("t.tsv"),
            atomically: true,
            encoding: .utf8
        )
        try await expect(
            ["data", "import-reference", file("star.fasta")],
            1,
            "jobsync: \(file("star.fasta")): line 3: '*' must not begin with '*'"
        )
        try await expect(
            ["data", "import-reference", file("star.fasta"), "--table", file("t.tsv")],
            1,
            "jobsync: \(file("t.tsv")): line 2: the virus is missing"
        )
        try await expect(
            ["data", "import-reference", file("bad.json"), "--table", file("t.tsv")],
            2,
            "--table goes with FASTA"
        )
        try write(["otus": []], to: "otus.json", in: folder)
        try await expect(
            ["data", "import-reference", file("otus.json")],
            1,
            "jobsync: \(file("otus.json")): otus: is empty"
        )
        try await expect(["data", "import-reference", file("none.json")], 2, "no such file")
        try await expect(["data", "import-reference", file("broken.json")], 2, "is not JSON")
        try await expect(["data", "import-reference", file("list.json")], 2, "must be an object")
        try await expect(["data", "import-reference", file("tasks")], 2, "viruses.json")
        // As spreadsheets save tables.
        for (name, bytes, text) in [
            ("latin.csv", Array("id,virus\na,Gr".utf8) + [0xFC, 0x6E], "line 2: is not UTF-8"),
            ("utf16.csv", [0xFF, 0xFE, 0x69, 0x00], "is text in UTF-16"),
            ("book.xlsx", [0x50, 0x4B, 0x03, 0x04, 0x14], "of a workbook save the sheet as text"),
        ] as [(String, [UInt8], String)] {
            try Data(bytes).write(to: folder.file(name))
            try await expect(
                ["data", "import-reference", file("star.fasta"), "--table", file(name)],
                2,
                text
            )
        }
        try "\u{FEFF}{\"viruses\": [], \"sequences\": []}".write(
            to: folder.file("marked.json"),
            atomically: true,
            encoding: .utf8
        )
        try await expect(["data", "import-reference", file("marked.json")], 1, "viruses: is empty")
        try await expect(["data", "samples", "show", "s1"], 1, "there is no sample 's1'")
        try await expect(["data", "analyses", "remove", "a1"], 1, "there is no analysis 'a1'")
        #expect(try folder.names(in: "references").isEmpty)
        await server.end(SIGTERM)
    }

    @Test("Brings FASTA along with a table, and what Virtool exports, plain and compressed")
    func otherForms() async throws {
        let folder = try DataFolder()
        // More than fits one message, with what must be escaped in it.
        let bases = String(repeating: "ACGTTGCA\n", count: 60_000)
        try ">a1 é\n\(bases)>a2 \"x\"\n\(bases)".write(
            to: folder.file("v.fasta"),
            atomically: true,
            encoding: .utf8
        )
        try "id;virus;isolate\na1;Virus A;one\na2;Virus A;two\n".write(
            to: folder.file("v.csv"),
            atomically: true,
            encoding: .utf8
        )
        let sequence: JSONValue = [
            "_id": "x1", "accession": "KX1", "sequence": .string(bases.replacing("\n", with: "")),
        ]
        try write(
            [
                "otus": [
                    [
                        "_id": "o1", "name": "Virus O", "schema": [],
                        "isolates": [
                            ["id": "i1", "default": true, "sequences": [sequence]]
                        ],
                    ]
                ]
            ],
            to: "v.json",
            in: folder
        )
        let zipped = try await Subprocess.run(
            .name("gzip"),
            arguments: ["-k", folder.file("v.json").path, folder.file("v.fasta").path],
            output: .discarded
        )
        #expect(zipped.terminationStatus.isSuccess)
        let server = try await ServerProcess.start(folder.url)
        // Two viruses of one sequence, unless a table says that they are isolates of one virus.
        for (arguments, line, isWarned) in [
            (["v.fasta"], "viruses: 2 viruses, 2 isolates, 2 sequences", true),
            (["v.fasta.gz"], "viruses: 2 viruses, 2 isolates, 2 sequences", true),
            (["v.fasta", "--table", "v.csv"], "viruses: 1 virus, 2 isolates, 2 sequences", false),
            (["v.json"], "viruses: 1 virus, 1 isolate, 1 sequence", false),
            (["v.json.gz"], "viruses: 1 virus, 1 isolate, 1 sequence", false),
        ] {
            let files = arguments.map { $0.hasPrefix("-") ? $0 : folder.file($0).path }
            let run = try await CommandRun.jobsync(
                ["data", "import-reference"] + files,
                on: server
            )
            let warnings = run.errors.split(separator: "\n")
            #expect(warnings.count == (isWarned ? 1 : 0), "\(run.errors)")
            #expect(
                warnings.allSatisfy {
                    $0.contains("a1 of") && $0.contains("the same, letter for letter")
                }
            )
            #expect(run.lines == [line])
        }
        await server.end(SIGTERM)
    }

    @Test("Shows what a job has made, and removes it", .enabled(if: AddHostTests.haveTools))
    func host() async throws {
        let folder = try DataFolder()
        try Genome(seed: 3).fasta.write(
            to: folder.file("peach.fa"),
            atomically: true,
            encoding: .utf8
        )
        let server = try await ServerProcess.start(folder.url)
        let new = try await CommandRun.jobsync(
            "new",
            "add_host",
            "file=peach.fa",
            "_id=Prunus persica",
            "--job-id",
            "h1",
            "--wait",
            on: server
        )
        #expect(new.status == 0)
        let list = try await CommandRun.jobsync("data", "hosts", "list", "--json", on: server)
        let record = try #require(try DataRecord(whole: JSONValue(parsing: list.output)))
        #expect(record.key.description == "host prunus_persica")
        #expect(record.job == JobID("h1"))
        #expect(record.document["count"] == 4)
        let table = try await CommandRun.jobsync("data", "hosts", on: server)
        #expect(table.lines.last?.hasPrefix("prunus_persica  Prunus persica          4") == true)

        let again = try await CommandRun.jobsync(
            "new",
            "add_host",
            "file=peach.fa",
            "_id=Prunus persica",
            "--wait",
            on: server
        )
        #expect(again.status == 3)
        let removed = try await CommandRun.jobsync(
            "data",
            "hosts",
            "remove",
            "prunus_persica",
            "--json",
            on: server
        )
        #expect(
            try JSONValue(parsing: removed.output)
                == ["removed": [["kind": "host", "_id": "prunus_persica"]]]
        )
        #expect(!folder.exists("hosts/prunus_persica"))
        let gone = try await CommandRun.jobsync("data", "hosts", "list", "--json", on: server)
        #expect(gone.output == "")
        await server.end(SIGTERM)
    }
}
