import Foundation
import JSON
import JobModel
import TestSupport
import Testing

@Suite("add_host, with bowtie2 and SNAP", .timeLimit(.minutes(6)))
struct AddHostTests {
    static let haveTools = ["bowtie2-build", "snap-aligner"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    @Test(
        "Goes through its stages and leaves an index and right statistics",
        .enabled(if: haveTools)
    )
    func wholeWay() async throws {
        let folder = try DataFolder()
        let genome = Genome(seed: 7)
        try genome.fasta.write(to: folder.file("peach.fa"), atomically: true, encoding: .utf8)
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        let made = try await client.call(
            "jobs.new",
            [
                "task": "add_host", "job_id": "h1",
                "args": ["_id": "Prunus persica", "description": "Peach", "file": "peach.fa"],
            ]
        )
        #expect(made["created"] == true)
        #expect(await client.waitForEnd(of: "h1")?.state == .complete)

        let told = await client.view.puts.filter { $0.id == "h1" }.map(\.progress)
        #expect(Set(told).isSuperset(of: [0, 0.143, 0.286, 0.429, 0.571, 0.714, 1]))
        #expect(told == told.sorted())

        let detail = try await client.call("jobs.detail", ["_id": "h1"])
        let result = try #require(detail["job"]?["result"])
        #expect(result["count"] == .integer(genome.sequences.count))
        let lengths = genome.sequences.map(\.count)
        #expect(result["lengths"]?["total"] == .integer(lengths.reduce(0, +)))
        #expect(result["lengths"]?["max"] == lengths.max().map { .integer($0) })
        #expect(result["lengths"]?["min"] == lengths.min().map { .integer($0) })
        for letter in "atgcn" {
            let letters = genome.sequences.joined().lowercased()
            let share = Double(letters.filter { $0 == letter }.count) / Double(letters.count)
            let rounded = (share * 1000).rounded() / 1000
            #expect(result["nucleotides"]?[String(letter)] == .number(rounded))
        }
        let host = try #require(result["id"]?.stringValue)
        for name in [
            "reference.1.bt2", "reference.rev.2.bt2", "Genome", "GenomeIndex", "record.json",
        ] {
            #expect(folder.exists("hosts/\(host)/\(name)"))
        }
        #expect(detail["job"]?["status"]?.arrayValue?.count == 8)
        #expect(detail["stages"]?.arrayValue?.count == 5)
        await server.end(SIGTERM)
    }
}

/// A small genome that a test knows all about.
struct Genome {
    let sequences: [String]

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        sequences = (0..<4).map { number in
            String(
                (0..<(20_000 + number * 501)).map { _ in
                    Array("ACGTacgtN")[Int.random(in: 0..<(9), using: &generator)]
                }
            )
        }
    }

    var fasta: String {
        sequences.enumerated().map { ">chr\($0.offset)\n\($0.element)\n" }.joined()
    }
}
