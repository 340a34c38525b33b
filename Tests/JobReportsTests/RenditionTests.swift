import JobReports
import Testing

@Suite("What files and browsers are told")
struct RenditionTests {
    @Test("A name is safe for every file system and header")
    func names() {
        #expect(Rendition.name(["leaf", "nuvs", "a1"], .html) == "leaf-nuvs-a1.html")
        #expect(Rendition.name(["../\"x\"\r\n", "ä"], .tsv) == "x___-__.tsv")
        #expect(Rendition.name(["..", "--"], .json) == "report.json")
        #expect(Rendition.name([String(repeating: "a", count: 500)], .json).count == 105)
    }

    @Test("A page may use its own style and nothing else")
    func policy() {
        let policy = ReportFormat.html.contentSecurityPolicy
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(policy.hasSuffix("frame-ancestors 'none'; sandbox"))
        #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
    }
}
