import JSON
import JobModel
import JobReports
import Testing

@Suite("Tables of samples and viruses")
struct FindingsTableTests {
    private static var table: FindingsTable {
        var table = FindingsTable(origin: Examples.origin)
        func add(_ sample: String, _ document: JSONObject?) {
            let record = document.map { Examples.record(.analysis, "a-\(sample)", $0) }
            table.add(sample: sample, name: "The \(sample)", record.flatMap(AnalysisSummary.init))
        }
        add("s1", Examples.pathoscope([Examples.finding("v1", "found")], []))
        add(
            "s2",
            Examples.pathoscope(
                [
                    Examples.finding("v2", "uncertain", name: "=SUM(A1)"),
                    Examples.finding("v1", "weak", reads: 2.5),
                ],
                []
            )
        )
        add("s3", Examples.pathoscope([], []))
        add("s4", nil)
        add("s5", ["omitted": ["members": ["findings": 20_000]]])
        return table
    }

    private func rows(_ layout: FindingsTable.Layout) throws -> [[String]] {
        try Self.rows(of: Self.table, layout)
    }

    private static func rows(
        of table: FindingsTable,
        _ layout: FindingsTable.Layout
    ) throws -> [[String]] {
        try #require(table.rendition(as: .tsv, layout)?.text).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("A wide table has a row for each sample, and says of each what was not found")
    func wide() throws {
        let rows = try rows(.wide)
        #expect(rows.allSatisfy { $0.count == 7 + 8 })
        #expect(rows[0][7] == "'=SUM(A1) [v2] verdict")
        #expect(rows[0][11] == "Virus v1 [v1] verdict")
        #expect(rows.dropFirst().map { $0[0] } == ["s1", "s2", "s3", "s4", "s5"])
        #expect(
            rows.dropFirst().map { $0[6] }
                == ["found", "uncertain", "none", "not_analysed", "not_readable"]
        )
        #expect(Array(rows[1][7...]) == ["none", "", "", "", "found", "120", "0.97", "12.5"])
        #expect(Array(rows[4][7...]) == [String](repeating: "", count: 8))
        #expect(Array(rows[5][7...]) == [String](repeating: "", count: 8))
    }

    @Test("A long table has a row for each finding, and one for each sample without any")
    func long() throws {
        let rows = try rows(.long)
        #expect(rows.dropFirst().map { $0[0] } == ["s1", "s2", "s2", "s3", "s4", "s5"])
        let share = "\(2.5 / 120)"
        #expect(rows[3][6...] == ["weak", "v1", "Virus v1", "2.5", "0.97", "12.5", share, ""])
    }

    @Test("The page and the object tell the same")
    func others() throws {
        let page = try #require(Self.table.rendition(as: .html, .wide)?.text)
        #expect(page.contains("5 samples, 4 of them analysed; in 1 of them a virus was found."))
        #expect(page.contains("not analysed") && page.contains("not readable"))
        let json = try JSONValue(parsing: #require(Self.table.rendition(as: .json, .wide)?.text))
        #expect(json["samples"]?.arrayValue?.count == 5)
        #expect(Self.table.rendition(as: .fasta, .long) == nil)
    }

    /// A sample with very much of v1, analysed twice, and others with a little of it.
    private static var strays: FindingsTable {
        var table = FindingsTable(origin: Examples.origin)
        for (sample, reads) in [
            ("low", 12), ("=deep", 90_000), ("=deep", 20), ("edge", 90), ("more", 91),
        ] {
            let document = Examples.pathoscope(
                [Examples.finding("v1", "found", reads: Double(reads))],
                []
            )
            table.add(
                sample: sample,
                name: "<\(sample)>",
                AnalysisSummary(Examples.record(.analysis, "a", document))
            )
        }
        return table
    }

    @Test("What has a thousandth of another sample's reads is marked, in each form")
    func strayed() throws {
        let long = try Self.rows(of: Self.strays, .long).dropFirst()
        // The other analysis of the sample that has most is no other sample.
        #expect(long.map { $0[13] } == ["'=deep", "", "", "'=deep", ""])
        #expect(
            long.map { $0[12] } == [
                "\(12.0 / 90_000)", "", "\(20.0 / 91)", "0.001", "\(91.0 / 90_000)",
            ]
        )
        let wide = try Self.rows(of: Self.strays, .wide)
        #expect(wide[0].last == "Virus v1 [v1] strayed_from")
        #expect(wide.dropFirst().map(\.last) == ["'=deep", "", "", "'=deep", ""])
        let json = try JSONValue(parsing: #require(Self.strays.rendition(as: .json, .wide)?.text))
        #expect(json["stray_share"] == 0.001)
        let first = json["samples"]?.arrayValue?.first?["findings"]?.arrayValue?.first
        #expect(first?["strayed_from"] == "=deep")
        for layout in FindingsTable.Layout.allCases {
            let page = try #require(Self.strays.rendition(as: .html, layout)?.text)
            #expect(page.contains("2 findings with a mark"))
            #expect(
                page.contains(
                    "perhaps strayed from &lt;=deep&gt; <code>=deep</code>, 0.013 % of its"
                )
            )
        }
        #expect(try !#require(Self.table.rendition(as: .html, .wide)?.text).contains("strayed"))
    }
}
