import Sequences
import Testing

@Suite struct OpenReadingFrameTests {
    private func find(_ contig: String) -> [OpenReadingFrame] {
        OpenReadingFrame.find(in: Array(contig.utf8))
    }

    private func repeated(_ bases: String, _ count: Int) -> String {
        String(repeating: bases, count: count)
    }

    /// Without a stop in any frame of either strand but where it is said.
    private static let open = "GCC"

    private func reverseComplement(_ bases: String) -> String {
        let complements: [Character: Character] = [
            "A": "T", "C": "G", "G": "C", "T": "A", "N": "N",
        ]
        return String(bases.reversed().map { complements[$0] ?? "?" })
    }

    @Test func anOpenContigHasAFrameInEachOfSix() {
        let contig = repeated(Self.open, 102)
        let frames = find(contig)
        #expect(frames.map(\.strand.rawValue) == [1, 1, 1, -1, -1, -1])
        #expect(frames.map(\.frame) == [0, 1, 2, 0, 1, 2])
        // What is left of a codon is dropped from the protein, and where there is no stop, the
        // place of one is taken as far as the contig goes.
        #expect(frames.map(\.position) == [0..<306, 1..<306, 2..<306, 0..<306, 0..<305, 0..<304])
        #expect(
            frames.map { text($0.protein) } == [
                repeated("A", 102), repeated("P", 101), repeated("R", 101),
                repeated("G", 102), repeated("A", 101), repeated("R", 101),
            ]
        )
        #expect(text(frames[1].nucleotides) == String(contig.dropFirst()))
        #expect(text(frames[5].nucleotides) == String(reverseComplement(contig).dropFirst(2)))
    }

    @Test func shortContigsAreNotSearched() {
        #expect(find(repeated(Self.open, 100)).isEmpty)
        #expect(!find(repeated(Self.open, 100) + "G").isEmpty)
    }

    @Test func stopsPartAFrameAndBelongToItsPlace() {
        // 99 codons, a stop, 100 codons, a stop, 101 codons. TGA ends no other frame here.
        let contig =
            repeated(Self.open, 99) + "TGA" + repeated(Self.open, 100) + "TAA"
            + repeated(Self.open, 101)
        let frames = find(contig).filter { $0.strand == .forward && $0.frame == 0 }
        #expect(frames.map(\.position) == [300..<603, 603..<906])
        #expect(frames.map(\.protein.count) == [100, 101])
        #expect(text(frames[0].nucleotides) == repeated(Self.open, 100) + "TAA")
        #expect(text(frames[1].nucleotides) == repeated(Self.open, 101))
    }

    @Test func theOtherStrandHasThePlacesOfTheContig() {
        let strand = repeated(Self.open, 30) + "TAG" + repeated(Self.open, 120) + "TGA" + "GC"
        let contig = reverseComplement(strand)
        let frames = find(contig).filter { $0.strand == .reverse && $0.frame == 0 }
        #expect(frames.map(\.position) == [2..<365])
        #expect(text(frames[0].protein) == repeated("A", 120))
        #expect(text(frames[0].nucleotides) == repeated(Self.open, 120) + "TGA")
        let place = Array(contig.utf8)[frames[0].position]
        #expect(reverseComplement(text(place)) == text(frames[0].nucleotides))
    }

    @Test(
        arguments: [
            ("GCN", "A"), ("gcn", "A"), ("NCC", "X"), ("CTN", "L"), ("YTA", "L"), ("TTN", "X"),
            ("MGR", "R"), ("ATH", "I"), ("ATN", "X"), ("NNN", "X"), ("GGU", "G"), ("A-G", "X"),
        ]
    )
    func codonsThatAreNotFullyKnownAreTranslatedIfTheyMayBe(codon: String, aminoAcid: String) {
        let contig = repeated(Self.open, 60) + codon + repeated(Self.open, 60)
        let frames = find(contig).filter { $0.strand == .forward && $0.frame == 0 }
        #expect(
            frames.map { text($0.protein) } == [repeated("A", 60) + aminoAcid + repeated("A", 60)]
        )
    }

    @Test(arguments: ["TAA", "TAG", "TGA", "TAR", "TRA", "taa", "UGA"])
    func stopsEndAFrame(codon: String) {
        let contig = repeated(Self.open, 60) + codon + repeated(Self.open, 100)
        let frames = find(contig).filter { $0.strand == .forward && $0.frame == 0 }
        #expect(frames.map(\.position) == [183..<483])
    }

    @Test func theCodeIsTheStandardOne() {
        let bases = ["T", "C", "A", "G"]
        let codons = bases.flatMap { first in
            bases.flatMap { second in bases.map { first + second + $0 } }
        }
        let stops = ["TAA", "TAG", "TGA"]
        let known = codons.filter { !stops.contains($0) }
        let contig = repeated(Self.open, 100) + known.joined()
        let protein = find(contig).first { $0.strand == .forward && $0.frame == 0 }?.protein
        #expect(
            text(protein?.dropFirst(100) ?? [])
                == "FFLLSSSSYYCCWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
        )
    }
}
