import JobReports
import Testing

@Suite("Accessions")
struct AccessionTests {
    @Test(
        "Knows the forms of nucleotides' accessions",
        arguments: [
            "U12345", "AB123456", "AB123456.2", "MN90894712", "NC_001367", "NC_001367.1",
            "AAAA02000001.1", "XM_012345678.3",
        ]
    )
    func known(_ text: String) {
        #expect(Accession(text)?.link == "https://www.ncbi.nlm.nih.gov/nuccore/\(text)")
    }

    @Test(
        "Takes nothing else for one",
        arguments: [
            "", "v1_s1", "u12345", "U1234", "ABC12345", "NC_12", "NC_001367.1.1", "NC_001367.",
            "AB123456 ", "AB123456/../x", "AB12345６", "NC_001367?x", "javascript:alert(1)",
            "NC_001367.1\n", "XX_001367", "É12345", "U12345\u{301}",
        ]
    )
    func others(_ text: String) { #expect(Accession(text) == nil) }
}
