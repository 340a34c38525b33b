import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Reads of 21 and 22 bases, which have to be told from chance.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct SmallRNATests {
    private func findings(_ reads: [String]) async throws -> [JSONValue] {
        let data = try await PreparedData.viroid.value
        let result = try await data.analyse("pathoscope_bowtie", of: reads, library: "srna")
        return try #require(result["findings"]?.arrayValue)
    }

    /// Changes a base of a read.
    private func differing(_ read: String, at place: Int) -> String {
        var bases = Array(read)
        bases[place] = bases[place] == "A" ? "C" : "A"
        return String(bases)
    }

    @Test func readsMayDifferOnceIfOneHasNoDifference() async throws {
        let reference = try await PreparedData.viroid.value.set.reference()
        let virus = try #require(reference["viruses"]?.arrayValue?.first)
        let isolate = virus["isolates"]?.arrayValue?.first { $0["default"] == true }
        let sequence = try #require(
            isolate?["sequences"]?.arrayValue?.first?["sequence"]?.stringValue
        )
        let bases = Array(sequence)
        let equal = (0..<60).map { String(bases[$0 * 20..<$0 * 20 + 22]) }
        let once = equal.map { differing($0, at: 11) }
        let findings = try await findings([equal[0]] + once)
        #expect(findings.map { $0["virus"]?["id"] } == [virus["_id"]])
        #expect((findings.first?["reads"]?.numberValue ?? 0) >= 55)
        #expect(try await self.findings(once).isEmpty)
        let twice = once.map { differing($0, at: 5) }
        let one = try await self.findings([equal[0]] + twice)
        #expect(one.map { $0["reads"] } == [1])
    }

    /// Where some reads are longer, those of the host were asked for more than they can have, and counted as a virus's.
    @Test(arguments: [false, true])
    func theHostTakesShortReadsToo(areSomeLonger: Bool) async throws {
        let data = try await PreparedData.viroid.value
        let file = data.set.folder.pushing(FilePath(DataSet.host))
        let host = String(decoding: try Files.read(file), as: UTF8.self)
        let locus = try #require(data.set.truth["host"]?["eve_locus"])
        let name = try #require(locus["sequence"]?.stringValue)
        let start = try #require(locus["start"]?.integerValue)
        let length = try #require(locus["length"]?.integerValue)
        let record = try #require(host.split(separator: ">").first { $0.hasPrefix(name) })
        let bases = Array(record.split(separator: "\n").dropFirst().joined().uppercased())
        var reads = stride(from: start, to: start + length - 21, by: 3).map {
            String(bases[$0..<$0 + 21])
        }
        if areSomeLonger {
            reads.append(String(bases[start + length + 500..<start + length + 550]))
        }
        let all = try await data.analyse("pathoscope_bowtie", of: reads, library: "srna")
        #expect(all["findings"]?.arrayValue?.isEmpty == false)
        let rest = try await data.analyse(
            "pathoscope_bowtie",
            of: reads,
            library: "srna",
            subtractingHost: true
        )
        #expect(rest["findings"] == [])
        #expect((rest["subtracted_count"]?.integerValue ?? 0) > 20)
    }
}
