import JSON
import Testing

@testable import jobsync

/// What people see of an analysis in a terminal: the verdict first, what is weak in one line.
@Suite("Reports on analyses")
struct AnalysisReportTests {
    private static func finding(_ name: String, _ verdict: String, reads: Double) -> JSONValue {
        [
            "virus": ["id": .string("id \(name)"), "name": .string(name)],
            "verdict": .string(verdict),
            "reasons": [["code": "x", "text": .string("\(name) says why")]],
            "reads": .number(reads), "share": 0.3333, "breadth": 0.987, "depth": 15.14,
            "sequence": .string("NC_\(name)"), "isolate": ["id": "i", "name": "Canada"],
        ]
    }

    private static let thresholds: JSONValue = [
        "least_reads": 10, "weak_breadth": 0.2, "found_breadth": 0.5,
    ]

    @Test("Findings are a table; weak ones are a line that counts them")
    func findings() {
        let weak = (1...7).map { Self.finding("W\($0)", "weak", reads: Double($0)) }
        let lines = AnalysisReport.lines([
            "findings": .array(
                [
                    Self.finding("Alpha", "found", reads: 400),
                    Self.finding("B\u{1B}[2J", "uncertain", reads: 12.5),
                ] + weak
            ),
            "thresholds": Self.thresholds,
        ])
        #expect(
            lines == [
                "", "1 virus found, 1 uncertain, 7 with weak support", "",
                "VERDICT    VIRUS  READS  OF ALL  COVERED  DEPTH  SEQUENCE          REASON",
                "found      Alpha    400  33.3 %   98.7 %   15.1  NC_Alpha, Canada  Alpha says why",
                "uncertain  B [2J   12.5  33.3 %   98.7 %   15.1  NC_B [2J, Canada  B [2J says why",
                "",
                "7 viruses with weak support, perhaps a contamination (--json): W1 (1 read), W2 (2 reads), W3 (3 reads), W4 (4 reads), W5 (5 reads) and 2 more",
                "",
                "found: at least 10 reads on at least 50 % of a sequence; weak: fewer reads, or on less than 20 %",
            ]
        )
    }

    @Test("Which genomes are short is said of analyses that make a difference")
    func shortGenomes() {
        func last(_ bases: JSONValue) -> String? {
            var thresholds = Self.thresholds.objectValue ?? [:]
            thresholds["short_genome"] = bases
            let document: JSONObject = ["findings": [], "thresholds": .object(thresholds)]
            return AnalysisReport.lines(document).last
        }
        let text =
            "found: at least 10 reads on at least 50 % of a sequence; weak: fewer reads, or on less than 20 %"
        #expect(
            last(500) == text
                + "; fewer reads that cover a genome of less than 500 bases are uncertain"
        )
        #expect(last(0) == text)
    }

    @Test("What an earlier version did not judge is told, and not called found")
    func unjudged() {
        let hit: JSONValue = [
            "id": "NC_1", "virus": ["id": "v", "name": "Old"], "isolate": ["name": "T"],
            "reads": 1200, "coverage": 0.00014, "depth": 3,
        ]
        let lines = AnalysisReport.lines(["diagnosis": [hit]])
        #expect(lines[1] == "reads of 1 virus, not judged")
        #expect(lines[4].hasPrefix("unjudged  Old    1,200          0.014 %      3  NC_1, T"))
    }

    @Test("No finding is said in words, and what is no analysis has no table")
    func none() {
        #expect(AnalysisReport.lines(["findings": []]) == ["", "no virus found"])
        #expect(AnalysisReport.lines(["count": 3]) == [])
        #expect(
            AnalysisReport.lines(["findings": [Self.finding("W", "weak", reads: 1)]]) == [
                "", "no virus found, 1 with weak support", "",
                "1 virus with weak support, perhaps a contamination (--json): W (1 read)",
            ]
        )
    }

    @Test("Of many findings the first are told")
    func many() {
        let many = (1...20_000).map { Self.finding("V\($0)", "found", reads: 20) }
        let lines = AnalysisReport.lines(["findings": .array(many)])
        #expect(lines.count == 55)
        #expect(lines.last == "and 19,950 more (--json)")
    }

    @Test("Numbers that nothing should have are no reason to stop", arguments: [1e300, -1e300])
    func odd(number: Double) {
        var finding = Self.finding("A", "found", reads: number).objectValue ?? [:]
        finding["share"] = .number(number)
        let document: JSONObject = ["findings": [.object(finding), 3, "x", [:]]]
        #expect(AnalysisReport.lines(document).count > 3)
        #expect(AnalysisReport.lines(["contigs": [["depth": .number(number)], 3]]).count > 3)
    }

    @Test("Contigs are a table, and of the others those near to known sequences")
    func contigs() {
        let nearest: JSONValue = [
            "id": "NC_1", "virus": ["name": "Alpha"], "isolate": ["name": "Canada"],
            "identity": 0.921, "coverage": 1,
        ]
        let contig: JSONValue = [
            "index": 3, "length": 4011, "verdict": "unknown", "nearest": .null, "reads": 812,
            "depth": 20.24,
        ]
        let other: JSONValue = [
            "length": 305, "verdict": "known", "nearest": nearest, "reads": 20, "depth": 6,
        ]
        let lines = AnalysisReport.lines([
            "contigs": [contig], "other_contig_count": 2,
            "other_contigs": [other, ["length": 210, "verdict": "unknown", "nearest": .null]],
        ])
        #expect(
            lines == [
                "", "1 contig like a virus", "",
                "VERDICT  CONTIG  LENGTH  READS  DEPTH  IDENTITY  COVERED  NEAREST",
                "unknown       3   4,011    812   20.2                     nothing known", "",
                "2 other contigs, 1 of them near to a known sequence", "",
                "VERDICT   CONTIG  LENGTH  READS  DEPTH  IDENTITY  COVERED  NEAREST",
                "known    other_0     305     20      6    92.1 %    100 %  Alpha, Canada (NC_1)",
            ]
        )
        #expect(
            AnalysisReport.lines(["contigs": [], "other_contig_count": 1, "other_contigs": []])
                == [
                    "", "0 contigs like a virus", "",
                    "1 other contig, none of them near to a known sequence",
                ]
        )
    }
}
