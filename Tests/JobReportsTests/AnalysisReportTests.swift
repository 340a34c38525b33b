import JSON
import JobModel
import JobReports
import Testing

@Suite("Reports of analyses")
struct AnalysisReportTests {
    private static let mixed = Examples.pathoscope(
        [
            Examples.finding("v1", "found"), Examples.finding("v2", "uncertain"),
            Examples.finding("v3", "weak", reads: 3), Examples.finding("v4", "weak", reads: 1),
        ],
        ["v1", "v2", "v3", "v4"].map { Examples.hit($0) }
    )

    /// The cells of a table, without its head; the head must be whole.
    private func rows(_ text: String) -> [[String: String]] {
        let lines = text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { row in
            #expect(row.count == lines[0].count)
            return Dictionary(uniqueKeysWithValues: zip(lines[0], row))
        }
    }

    @Test("The page tells the statement, then what was found, then under a line what is weak")
    func order() throws {
        let page = try #require(Examples.text(Self.mixed, .html))
        let places = try [
            "1 virus was found; 1 is uncertain; 2 have weak support only.".lowercased(), "virus v1",
            "virus v2", "2 viruses with weak support, perhaps a contamination:", "virus v3",
            "reads as sequenced", "2,200", "plant viruses", "bowtie2-align-s 2.5.0", "skewer 0.2.2",
            "reviewed by",
        ].map { try #require(page.lowercased().firstRange(of: $0)?.lowerBound, "\($0)") }
        #expect(places == places.sorted())
        #expect(page.contains("version 3 of its index"))
        #expect(page.contains("for grace, by the job f41e8c"))
        #expect(page.contains("for ada, by jobsync 0.1.0"))
        #expect(
            page.contains("<a href=\"https://www.ncbi.nlm.nih.gov/nuccore/NC_001367.1\" rel=")
        )
        #expect(page.matches(of: #/<svg /#).count == 4)
    }

    @Test("Nothing that comes from data is markup, and nothing is fetched or run")
    func hostile() throws {
        var document = Examples.pathoscope(
            [Examples.finding("v1", "found", name: Examples.hostile)],
            [Examples.hit("v1", id: "\"><img src=x>")]
        )
        document["tools"] = [Examples.hostile: .string(Examples.hostile)]
        document["algorithm"] = .string(Examples.hostile)
        document["thresholds"] = [Examples.hostile: .string(Examples.hostile)]
        document["hosts"] = [.string(Examples.hostile)]
        document["sample"] = ["id": .string(Examples.hostile), "name": .string(Examples.hostile)]
        let page = try #require(Examples.text(document, .html))
        for tag in page.matches(of: #/<\/?([a-zA-Z]+)/#).map({ String($0.output.1) }) {
            #expect(!["script", "img", "iframe", "link", "object", "form"].contains(tag))
        }
        #expect(
            page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;")
        )
        #expect(!page.unicodeScalars.contains("\u{202E}") && !page.unicodeScalars.contains("\u{0}"))
        for address in page.matches(of: #/(?:href|src)="([^"]*)"/#) {
            #expect(address.output.1.hasPrefix("https://www.ncbi.nlm.nih.gov/nuccore/"))
        }
        #expect(!page.contains("url("))
        let table = try rows(#require(Examples.text(document, .tsv)))
        #expect(table.count == 1)
        #expect(table[0]["virus"]?.hasSuffix("\\t=1+1\\n\\x00") == true)
        #expect(table[0]["sample_id"]?.hasPrefix("<script>") == true)
    }

    @Test("A table has a row for each finding, and links only what is an accession")
    func table() throws {
        let table = try rows(#require(Examples.text(Self.mixed, .tsv)))
        #expect(table.map { $0["verdict"] } == ["found", "uncertain", "weak", "weak"])
        #expect(table[0]["reads"] == "120" && table[0]["breadth"] == "0.97")
        #expect(table[0]["accession"] == "NC_001367.1")
        let json = try JSONValue(parsing: #require(Examples.text(Self.mixed, .json)))
        #expect(json["analysis"]?["document"] == .object(Self.mixed))
        #expect(
            json["accessions"]?["NC_001367.1"]
                == "https://www.ncbi.nlm.nih.gov/nuccore/NC_001367.1"
        )
        #expect(json["funnel"]?.arrayValue?.first == ["step": "reads as sequenced", "count": 2200])
        #expect(json["made_for"] == "ada")
    }

    @Test("Nothing found is said in so many words", arguments: [ReportFormat.html, .tsv, .json])
    func nothing(format: ReportFormat) throws {
        let text = try #require(Examples.text(Examples.pathoscope([], []), format))
        if format == .tsv {
            #expect(rows(text).map { $0["verdict"] } == ["none"])
        } else {
            #expect(text.contains("No virus was found in this sample."))
        }
        let scope =
            "Those of the reference “Plant viruses” were looked for in 1,000 pairs, and no others."
        #expect(text.contains(scope) == (format == .html))
    }

    @Test("Under the statement the viruses are named, and what is odd about the reads")
    func namesAndWarnings() throws {
        var document = Self.mixed
        document["warnings"] = ["leaf_1.fastq.gz: an adapter <b>"]
        let page = try #require(Examples.text(document, .html))
        let places = try [
            "class=\"statement\"", "<p>Found: Virus v1. Uncertain: Virus v2.</p>",
            "<p class=\"notice\">leaf_1.fastq.gz: an adapter &lt;b&gt;</p>", "<h2>Findings</h2>",
        ].map { try #require(page.firstRange(of: $0)?.lowerBound, "\($0)") }
        #expect(places == places.sorted())
        let many = (1...12).map { Examples.finding("v\($0)", "found") }
        let crowd = try #require(Examples.text(Examples.pathoscope(many, []), .html))
        #expect(crowd.contains("Virus v10 and 2 more.</p>"))
    }

    @Test("Pairs are called pairs, and how reads were trimmed is told")
    func pairs() throws {
        let page = try #require(Examples.text(Self.mixed, .html))
        #expect(page.contains(">Of all pairs</th>") && page.contains("pairs searched"))
        #expect(
            page.contains(
                "at least 50 bases; ends cut up to quality 20, mean at least 25; adapter of TruSeq"
            )
        )
        var single = Self.mixed
        single["paired"] = false
        let other = try #require(Examples.text(single, .html))
        #expect(other.contains(">Of all reads</th>") && other.contains("reads searched"))
    }

    @Test("Weak findings alone are nothing that was found for sure")
    func onlyWeak() throws {
        let weak = Examples.pathoscope([Examples.finding("v3", "weak")], [Examples.hit("v3")])
        let page = try #require(Examples.text(weak, .html))
        #expect(page.contains("No virus was found for sure; 1 has weak support only."))
        #expect(page.contains("1 virus with weak support, perhaps a contamination:"))
    }

    @Test("What an earlier version did not judge is neither left out nor called found")
    func unjudged() throws {
        var old = Examples.pathoscope([], [Examples.hit("v1"), Examples.hit("v2")])
        (old["findings"], old["hosts"], old["host"]) = (nil, nil, "tobacco")
        let table = try rows(#require(Examples.text(old, .tsv)))
        #expect(table.map { $0["verdict"] } == ["unjudged", "unjudged"])
        #expect(table[0]["breadth"] == "0.97")
        let page = try #require(Examples.text(old, .html))
        #expect(page.contains("Reads of 2 viruses were found, which nobody judged."))
        #expect(page.contains("Hosts subtracted</th><td>tobacco<"))
    }

    @Test("Contigs come as a page, as a table and as FASTA")
    func contigs() throws {
        let document: JSONObject = [
            "algorithm": "nuvs", "sample": ["id": "leaf", "name": "Spotted leaf"],
            "contigs": [
                [
                    "index": 0, "length": 150, "verdict": "known", "reads": 9, "depth": 4.5,
                    "sequence": .string(String(repeating: "ACGTA", count: 30)),
                    "nearest": [
                        "id": "AB123456.1", "virus": ["name": "TMV"], "isolate": ["name": "T-1"],
                        "identity": 0.93, "coverage": 1,
                    ],
                    "orfs": [
                        ["hits": [["label": "Coat protein", "full_e": 3.162277660168379e-120]]]
                    ],
                ],
                [
                    "index": 3, "length": 4, "verdict": "unknown", "nearest": nil,
                    "sequence": "AC>\nGT", "orfs": [],
                ],
            ],
        ]
        let fasta = try #require(Examples.text(document, .fasta))
        #expect(
            fasta == """
                >f41e8c_contig_3 sample=leaf length=4 verdict=unknown
                ACGT
                >f41e8c_contig_0 sample=leaf length=150 reads=9 depth=4.5 verdict=known nearest=AB123456.1 virus=TMV identity=0.93
                \(String(repeating: "ACGTA", count: 14))
                \(String(repeating: "ACGTA", count: 14))
                \(String(repeating: "ACGTA", count: 2))

                """
        )
        let table = try rows(#require(Examples.text(document, .tsv)))
        #expect(table.map { $0["verdict"] } == ["unknown", "known"])
        #expect(table[1]["family"] == "Coat protein")
        let page = try #require(Examples.text(document, .html))
        #expect(page.contains("2 contigs look like a virus: 1 unknown, 1 of a known virus."))
        #expect(page.contains("nuccore/AB123456.1") && page.contains(">3.16e-120<"))
        #expect(Examples.text(document, .fastq) == nil)
        var viroid = document
        viroid["contigs"] = []
        viroid["other_contig_count"] = 2000
        viroid["other_contigs"] = [
            ["length": 4, "verdict": "related", "sequence": "ACGT", "nearest": ["id": "x"]]
        ]
        let others = try rows(#require(Examples.text(viroid, .tsv)))
        #expect(others.map { $0["verdict"] } == ["none", "related"])
        #expect(others[1]["contig"] == "other_0" && others[1]["viral_protein"] == "no")
        let told = try #require(Examples.text(viroid, .html))
        #expect(told.contains("was found. 1 other contig is near to a known virus."))
        #expect(told.contains("2,000 contigs without a protein like a virus’s; the longest 1 of"))
        #expect(
            Examples.text(viroid, .fasta)
                == ">f41e8c_contig_other_0 sample=leaf length=4 no_viral_protein verdict=related nearest=x\nACGT\n"
        )
        let none: JSONObject = ["algorithm": "nuvs", "contigs": []]
        #expect(
            Examples.text(none, .html)?.contains("No contig that looks like a virus was found.")
                == true
        )
        #expect(try rows(#require(Examples.text(none, .tsv))).map { $0["verdict"] } == ["none"])
    }

    @Test("No two contigs have the same name, and a hostile one breaks no header")
    func names() throws {
        let contig: JSONValue = [
            "index": 1, "sequence": "ACGT", "verdict": "known",
            "nearest": ["id": ">x\n>y", "virus": ["name": .string(Examples.hostile)]],
        ]
        let document: JSONObject = [
            "algorithm": "nuvs", "sample": ["id": "leaf"], "contigs": [contig, contig],
            "other_contigs": [contig, contig],
        ]
        let fasta = try #require(Examples.text(document, .fasta))
        let heads = fasta.split(separator: "\n").filter { $0.hasPrefix(">") }
        #expect(
            heads.map { $0.prefix { $0 != " " } } == [
                ">f41e8c_contig_1", ">f41e8c_contig_1_2", ">f41e8c_contig_other_0",
                ">f41e8c_contig_other_1",
            ]
        )
        #expect(fasta.split(separator: "\n").count == 8)
        #expect(fasta.unicodeScalars.count { $0 == ">" } == 4)
        #expect(fasta.unicodeScalars.allSatisfy { $0 == "\n" || (0x20...0x7E).contains($0.value) })
    }

    @Test("A sample's reads come in each form")
    func sample() throws {
        let report = SampleReport(Examples.sample, origin: Examples.origin)
        let table = try rows(#require(report.rendition(as: .tsv)?.text))
        #expect(table.first { $0["measure"] == "raw_reads" }?["value"] == "2200")
        #expect(try #require(report.rendition(as: .html)?.text).contains("skewer 0.2.2"))
        #expect(report.rendition(as: .fasta) == nil)
        #expect(report.rendition(as: .json)?.name == "leaf-sample.json")
    }
}
