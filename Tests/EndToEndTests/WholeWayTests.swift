import Foundation
import JSON
import JobModel
import Subprocess
import TestSupport
import Testing

@Suite("From raw reads to viruses, through a whole server", .timeLimit(.minutes(6)))
struct WholeWayTests {
    static let haveTools = ["bowtie2-align-s", "snap-aligner", "skewer", "spades.py", "hmmscan"]
        .allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }

    /// Where jobs and the catalogue are kept.
    enum Store: CaseIterable { case embedded, mongo }

    static func options(_ store: Store) throws -> [String]? {
        let options = ["--auth", "none", "--proc", "4", "--mem", "8"]
        guard store == .mongo else { return options }
        guard ReplicaSet.isAvailable, let uri = ReplicaSet.sharedURI else { return nil }
        let name = "jobsync_test_\(UUID().uuidString.prefix(8))"
        return options + ["--mongo", uri.replacing("/?", with: "/\(name)?")]
    }

    /// Runs a job to its end; its result.
    func run(
        _ task: String,
        _ args: JSONObject,
        id: JobID,
        _ client: Client
    ) async throws -> JSONValue {
        let params: JSONObject = [
            "task": .string(task), "args": .object(args), "job_id": .string(id.rawValue),
        ]
        _ = try await client.call("jobs.new", params)
        let end = await client.waitForEnd(of: id)
        #expect(end?.state == .complete, "\(task): \(end?.error ?? "")")
        let detail = try await client.call("jobs.detail", ["_id": .string(id.rawValue)])
        return try #require(detail["job"]?["result"])
    }

    @Test(
        "Reference, host, sample, both Pathoscopes and NuVs; what is used stays, then goes",
        .enabled(if: haveTools),
        arguments: Store.allCases
    )
    func wholeWay(store: Store) async throws {
        guard let options = try Self.options(store) else { return }
        let folder = try DataFolder()
        let truth = try await Self.makeData(in: folder)
        let server = try await ServerProcess.start(folder.url, options: options)
        let client = try await Client.connect(to: server)
        try await client.subscribe()

        let imported = try await CommandRun.jobsync(
            "data",
            "import-reference",
            folder.file("set/db").path,
            on: server
        )
        #expect(imported.status == 0, "\(imported.errors)")
        let tooEarly = try await CommandRun.jobsync(
            "new",
            "nuvs",
            "sample_id=leaf",
            on: server
        )
        #expect(tooEarly.errors.contains("args.sample_id: there is no sample 'leaf'"))
        let index = try await run("rebuild_index", [:], id: "index", client)
        #expect(index["virus_count"] == truth["index"]?["virus_count"])
        #expect(index["modified_virus_count"] == truth["index"]?["modified_virus_count"])
        let host: JSONObject = [
            "_id": "Nicotiana", "file": "set/data/reference/hosts/fasta/synthetic_host.fa",
        ]
        _ = try await run("add_host", host, id: "host", client)
        let reads = [1, 2].map { JSONValue.string("set/watch/synthetic_11_paired_R\($0).fastq.gz") }
        let sample = try await run(
            "create_sample",
            [
                "_id": "leaf", "name": "Spotted leaf", "files": .array(reads),
                "subtraction": "nicotiana",
            ],
            id: "sample",
            client
        )
        #expect(sample["quality"]?["count"] == 18888)

        let present = try #require(truth["pathoscope"]?["present"]?.arrayValue)
        let expected = present.flatMap { $0["sequences"]?.arrayValue ?? [] }
            .compactMap { $0["sequence_id"]?.stringValue }
        for task in ["pathoscope_bowtie", "pathoscope_snap"] {
            let id = JobID(stringLiteral: task)
            let found = try await run(task, ["sample_id": "leaf"], id: id, client)
            let ids = (found["diagnosis"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
            #expect(Set(ids) == Set(expected))
            #expect(found["host"] == "nicotiana")
            let shown = try await CommandRun.jobsync("show", task, on: server)
            #expect(shown.lines.count { $0.contains("  found    ") || $0.hasPrefix("found  ") } > 2)
        }
        let nuvs = try await run(
            "nuvs",
            ["sample_id": "leaf", "profiles": "set/data/hmm/vFam.hmm"],
            id: "nuvs",
            client
        )
        let clusters = (nuvs["contigs"]?.arrayValue ?? [])
            .flatMap { $0["orfs"]?.arrayValue ?? [] }
            .flatMap { $0["hits"]?.arrayValue ?? [] }
            .compactMap { $0["cluster"]?.integerValue }
        let wanted = (truth["nuvs"]?["clusters_expected"]?.arrayValue ?? [])
            .compactMap(\.integerValue)
        #expect(Set(clusters).isSuperset(of: wanted))

        try await checkExports(
            Set(present.compactMap { $0["virus_id"]?.stringValue }),
            on: server,
            in: folder
        )
        try await checkCatalogue(on: server, in: folder)
        await server.end(SIGTERM)
    }

    /// What was found is handed out: the reads of each virus, contigs, and a table of all samples.
    private func checkExports(
        _ present: Set<String>,
        on server: ServerProcess,
        in folder: DataFolder
    ) async throws {
        func export(_ arguments: String...) async throws -> String {
            let run = try await CommandRun.jobsync(["data"] + arguments, on: server)
            #expect(run.status == 0 && run.errors == "", "\(run.errors)")
            return run.output
        }
        let analysis = "pathoscope_bowtie"
        let table = try await export("export", "analyses", analysis).split(separator: "\n")
        #expect(table.count == present.count + 1)
        for row in table.dropFirst() {
            let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(
                String.init
            )
            #expect(cells[0] == analysis && cells[1] == "leaf" && cells[3] == "found")
            #expect(present.contains(cells[4]))
            let fasta = "\(cells[4]).fasta"
            _ = try await export(
                "export",
                "analyses",
                analysis,
                "--virus",
                cells[4],
                "--format",
                "fasta",
                "--to",
                folder.file(fasta).path
            )
            // Those that speak for two viruses count in parts.
            let names = try folder.text(fasta).split(separator: "\n").filter { $0.hasPrefix(">") }
            #expect(Set(names).count == names.count)
            #expect(Double(names.count) / 2 >= (try #require(Double(cells[7]))))
        }
        _ = try await export(
            "export",
            "analyses",
            analysis,
            "--format",
            "html",
            "--to",
            folder.file("report.html").path
        )
        let page = try folder.text("report.html")
        #expect(page.contains("reads as sequenced") && page.contains("<svg "))
        #expect(page.contains("Analysed with</th><td>jobsync "))
        let contigs = try await export("export", "analyses", "nuvs", "--format", "fasta")
        #expect(contigs.hasPrefix(">nuvs_contig_"))
        let samples = try await export("findings", "--layout", "long").split(separator: "\n")
        #expect(samples.count == present.count + 1)
        let refused = try await CommandRun.jobsync(
            "data",
            "export",
            "analyses",
            "nuvs",
            "--virus",
            "v1",
            "--format",
            "fastq",
            "--to",
            folder.file("none.fastq").path,
            on: server
        )
        #expect(refused.status == 1 && !folder.exists("none.fastq"))
        #expect(refused.errors.contains("has not noted which reads are of which virus"))
    }

    /// All is listed, nothing that is used can be removed, and all can be in the end.
    private func checkCatalogue(on server: ServerProcess, in folder: DataFolder) async throws {
        let analyses = try await CommandRun.jobsync("data", "analyses", on: server)
        #expect(analyses.lines.count == 4)
        for used in [("hosts", "nicotiana"), ("references", "viruses"), ("samples", "leaf")] {
            let refused = try await CommandRun.jobsync(
                "data",
                used.0,
                "remove",
                used.1,
                on: server
            )
            #expect(refused.status == 1)
            #expect(refused.errors.contains("cannot be removed alone"))
        }
        for removed in [("samples", "leaf"), ("references", "viruses"), ("hosts", "nicotiana")] {
            let run = try await CommandRun.jobsync(
                "data",
                removed.0,
                "remove",
                removed.1,
                "--all",
                on: server
            )
            #expect(run.status == 0, "\(run.errors)")
        }
        for kind in DataKind.allCases {
            let left = try? FileManager.default.contentsOfDirectory(
                atPath: folder.file(kind.plural).path
            )
            #expect(left ?? [] == [], "\(kind)")
        }
    }

    /// Generates reads, viruses, a host and profiles below the data folder; the truth about them.
    private static func makeData(in folder: DataFolder) async throws -> JSONValue {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "scripts/make-dataset")
        let set = folder.file("set").path
        for command in [
            ["python3", script.path, set, "--seed", "11"],
            [
                "hmmbuild", "--amino", "-o", "/dev/null", "\(set)/data/hmm/vFam.hmm",
                "\(set)/data/hmm/vFam.sto",
            ],
        ] {
            let record = try await Subprocess.run(
                .name(command[0]),
                arguments: Arguments(Array(command.dropFirst())),
                output: .discarded,
                error: .string(limit: 1 << 16)
            )
            #expect(record.terminationStatus.isSuccess, "\(record.standardError)")
        }
        return try JSONValue(parsing: try folder.text("set/truth.json"))
    }
}
