import JSON
import JobData
import JobModel
import JobReports
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite("Handing out what is kept", .timeLimit(.minutes(6)))
struct ExportTests {
    private static let origin = ReportOrigin(
        program: "jobsync",
        username: "ada",
        moment: Timestamp(microseconds: 1_700_000_000_000_000)
    )

    private static func findings(_ viruses: [String]) -> JSONObject {
        [
            "algorithm": "pathoscope_bowtie", "diagnosis": [],
            "findings": .array(
                viruses.map {
                    ["virus": ["id": .string($0), "name": .string($0)], "verdict": "found"]
                }
            ),
        ]
    }

    private static let reads = (1...6).map { number in
        let more = { (letter: String) in String(repeating: letter, count: number) }
        return "@\(number)\nACGT\(more("A"))\n+\nIIII\(more("I"))\n"
    }.joined()

    /// A sample of six pairs, and an analysis that found v1 in pairs 2, 3 and 6.
    private func prepare(_ room: Storeroom) async throws -> DataRecord {
        let sample = try await room.keep(.sample, "leaf", document: ["paired": true])
        let folder = room.folders.place(of: sample.key)
        for name in ["reads_1.fastq.gz", "reads_2.fastq.gz"] {
            try Files.write(Array(Self.reads.utf8), to: folder.appending(name))
        }
        let analysis = try await room.keep(
            .analysis,
            "a1",
            uses: [sample.key],
            document: Self.findings(["v1"])
        )
        let noted = NotedReads(virus: "v1", places: [6, 2, 3, 2], limit: 100)
        #expect(noted.total == 3)
        let file = room.folders.place(of: analysis.key).appending(NotedReads.file)
        try Files.write(noted.line, to: file)
        return sample
    }

    private func refusal(
        _ body: () async throws(DataError) -> Void
    ) async -> String {
        do throws(DataError) {
            try await body()
            return "none"
        } catch {
            return error.message
        }
    }

    @Test("The reads of a virus come in their order, of pairs both mates, whole or in parts")
    func readsOfVirus() async throws {
        let room = try Storeroom()
        _ = try await prepare(room)
        let keeper = room.makeKeeper()
        let all = try await keeper.exportReads(of: "a1", virus: "v1", as: .fastq, in: nil)
        #expect(all.total == 3)
        #expect(all.rendition.name == "leaf-a1-v1-reads.fastq")
        #expect(
            all.rendition.text.split(separator: "\n").filter { $0.hasPrefix("@") }
                == ["@2/1", "@2/2", "@3/1", "@3/2", "@6/1", "@6/2"]
        )
        #expect(all.rendition.text.hasPrefix("@2/1\nACGTAA\n+\nIIIIII\n"))
        let part = try await keeper.exportReads(of: "a1", virus: "v1", as: .fasta, in: 2..<100)
        #expect(part.rendition.text == ">6/1\nACGTAAAAAA\n>6/2\nACGTAAAAAA\n")
        #expect(
            await refusal { () async throws(DataError) in
                _ = try await keeper.exportReads(of: "a1", virus: "v2", as: .fasta, in: nil)
            } == "virus: the analysis 'a1' has no finding of the virus 'v2'"
        )
        _ = try await room.keep(.analysis, "old", uses: [], document: Self.findings(["v1"]))
        #expect(
            await refusal { () async throws(DataError) in
                _ = try await keeper.exportReads(of: "old", virus: "v1", as: .fasta, in: nil)
            }.contains("has not noted which reads are of which virus")
        )
    }

    @Test("Nothing is read for somebody who is gone")
    func gone() async throws {
        let room = try Storeroom()
        _ = try await prepare(room)
        let keeper = room.makeKeeper()
        let messages = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            let reads = await refusal { () async throws(DataError) in
                _ = try await keeper.exportReads(of: "a1", virus: "v1", as: .fastq, in: nil)
            }
            let report = await refusal { () async throws(DataError) in
                _ = try await keeper.export(.analysis, "a1", as: .html, for: Self.origin)
            }
            let table = await refusal { () async throws(DataError) in
                _ = try await keeper.exportFindings(.init(), as: .tsv, .wide, for: Self.origin)
            }
            return [reads, report, table]
        }
        for message in await messages.value { #expect(message == DataError.givenUp.message) }
    }

    @Test("A report is refused rather than made of half an analysis")
    func half() async throws {
        let room = try Storeroom()
        _ = try await room.keep(
            .analysis,
            "a1",
            document: ["algorithm": "nuvs", "omitted": ["members": ["contigs": 3]]]
        )
        let keeper = room.makeKeeper()
        #expect(
            await refusal { () async throws(DataError) in
                _ = try await keeper.export(.analysis, "a1", as: .html, for: Self.origin)
            }.hasPrefix(
                "the whole analysis 'a1' cannot be read: it is in analyses/a1/analysis.json"
            )
        )
    }

    @Test("Says which forms there are, and of what")
    func forms() async throws {
        let room = try Storeroom()
        _ = try await prepare(room)
        let keeper = room.makeKeeper()
        let page = try await keeper.export(.analysis, "a1", as: .html, for: Self.origin)
        #expect(page.text.contains("1 virus was found"))
        for (kind, format, message) in [
            (DataKind.analysis, ReportFormat.fasta, "format: must be one of html, tsv, json here"),
            (.sample, .fastq, "format: must be one of html, tsv, json here"),
            (.host, .html, "kind: only an analysis or a sample can be exported, not a host"),
        ] {
            #expect(
                await refusal { () async throws(DataError) in
                    _ = try await keeper.export(
                        kind,
                        kind == .sample ? "leaf" : "a1",
                        as: format,
                        for: Self.origin
                    )
                } == message
            )
        }
    }

    @Test("The table has all samples, of each its newest analysis")
    func table() async throws {
        let room = try Storeroom()
        for number in 0..<70 {
            let id = "s\(number + 100)"
            let sample = try await room.keep(.sample, id)
            guard number != 5 else { continue }
            let other = number == 6 ? ["v0"] : ["v\(number % 3)"]
            try await room.keep(
                .analysis,
                "a\(id)",
                uses: [sample.key],
                document: Self.findings(number == 7 ? [] : other)
            )
        }
        let keeper = room.makeKeeper()
        var query = DataKeeper.FindingsQuery()
        let wide = try await keeper.exportFindings(query, as: .tsv, .wide, for: Self.origin)
        let rows = wide.text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(rows.count == 71)
        #expect(rows[6][6] == "not_analysed" && rows[8][6] == "none" && rows[9][6] == "found")
        query.samples = ["s106", "s107"]
        let two = try await keeper.exportFindings(query, as: .tsv, .long, for: Self.origin)
        #expect(two.text.split(separator: "\n").count == 3)
        query.samples = ["nobody"]
        let wrong = query
        #expect(
            await refusal { () async throws(DataError) in
                _ = try await keeper.exportFindings(wrong, as: .tsv, .long, for: Self.origin)
            }.contains("there is no sample 'nobody'")
        )
        query.samples = Array(repeating: "s106", count: 1001)
        let long = query
        #expect(
            await refusal { () async throws(DataError) in
                _ = try await keeper.exportFindings(long, as: .tsv, .long, for: Self.origin)
            }.contains("names 1001 samples; at most 1000")
        )
    }

    @Test("What an analysis has found is read once, and anew if it is another one of the same name")
    func remembered() async throws {
        let room = try Storeroom()
        let sample = try await room.keep(.sample, "leaf")
        var analysis = try await room.keep(
            .analysis,
            "a1",
            uses: [sample.key],
            document: Self.findings(["v1"])
        )
        try await room.keep(.analysis, "n1", uses: [sample.key], document: ["algorithm": "nuvs"])
        let keeper = room.makeKeeper()
        func table() async throws -> String {
            try await keeper.exportFindings(.init(), as: .tsv, .long, for: Self.origin).text
        }
        let first = try await table()
        #expect(first.contains("\tv1\t"))
        // Nothing that a job has kept changes; if it did, nobody would look.
        analysis.document = Self.findings(["v2"])
        try await room.store.replace(analysis)
        #expect(try await table() == first)
        analysis.created = analysis.created + .microseconds(1)
        try await room.store.replace(analysis)
        #expect(try await table().contains("\tv2\t"))
        try await room.store.remove(analysis.key)
        #expect(try await table().contains("\tnot_analysed\t"))
    }
}
