import Sequences
import Testing

/// Profiles are checked before anything takes long, for HMMER takes a file that is cut off for whole.
@Suite struct ProfileFileTests {
    private static func profile(
        _ name: String,
        alphabet: String = "amino",
        statistics: String = "STATS LOCAL MSV -11.8 0.69\n"
    ) -> String {
        "HMMER3/f [3.3.2 | Nov 2020]\nNAME  \(name)\nLENG  1\nALPH  \(alphabet)\n\(statistics)"
            + "HMM          A        C\n      1   3.1  4.6\n//\n"
    }

    private func read(
        _ bytes: [UInt8],
        pieces size: Int = .max
    ) throws(ProfileFileError) -> (count: Int, text: String) {
        var reader = ProfileFileReader()
        var output: [UInt8] = []
        for piece in pieces(bytes, of: size) { try reader.read(piece, into: &output) }
        try reader.finish(into: &output)
        return (reader.count, text(output))
    }

    @Test(arguments: [Int.max, 1, 3, 100])
    func theyAreWrittenAnewAsTheyAre(pieces size: Int) throws {
        let two = Self.profile("vFam_1") + Self.profile("vFam_2")
        let same = [
            two, two.replacing("\n", with: "\r\n"), "\u{FEFF}" + two, "\n\n" + two + "\n",
            String(two.dropLast()),
        ]
        for text in same {
            for bytes in [Array(text.utf8), gzip(Array(text.utf8))] {
                let (count, written) = try read(bytes, pieces: size)
                #expect(count == 2)
                #expect(written == two)
            }
        }
    }

    private static let wrong: [(String, String)] = [
        ("", "there are no profiles in the file"),
        ("\n \n", "there are no profiles in the file"),
        (">a\nMKV\n", "line 1: a profile begins with 'HMMER3/'"),
        ("HMMER2.0\nNAME x\n//\n", "line 1: a profile begins with 'HMMER3/'"),
        ("# STOCKHOLM 1.0\n", "line 1: a profile begins with 'HMMER3/'"),
        ("\(Self.profile("a"))x", "line 9: a profile begins with 'HMMER3/'"),
        (
            String((Self.profile("a") + Self.profile("b")).dropLast(3)),
            "line 9: the end of the profile that begins here is missing: the file is cut off"
        ),
        (
            String(Self.profile("a").dropLast(3)) + Self.profile("b"),
            "line 1: the end of the profile that begins here is missing"
        ),
        (Self.profile("a") + Self.profile("a"), "line 9: there are two profiles of the name 'a'"),
        (Self.profile("").replacing("NAME  \n", with: ""), "line 1: the profile has no NAME"),
        (Self.profile("a", alphabet: "DNA"), "line 1: 'a' is no profile of proteins"),
        (Self.profile("a", statistics: ""), "line 1: 'a' has no lines STATS"),
    ]

    @Test(arguments: wrong)
    func whatIsNoProfileIsRefused(text: String, message: String) {
        for size in [Int.max, 1, 7] {
            let error = #expect(throws: ProfileFileError.self) {
                try read(Array(text.utf8), pieces: size)
            }
            let said = error?.description ?? ""
            #expect(said.hasPrefix(message), "\(said)")
        }
    }

    @Test func anArchiveThatIsCutOffIsRefused() {
        let whole = gzip(Array(Self.profile("a").utf8))
        #expect(throws: ProfileFileError.self) { try read(Array(whole.dropLast(5))) }
    }
}
