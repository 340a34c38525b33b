import Sequences
import Testing

@Suite struct PathoscopeTests {
    /// An alignment: read, reference, position, span, score.
    typealias Alignment = (String, String, Int, Int, Int)

    private struct World {
        var matrix = PathoscopeMatrix()
        var names = NameTable()
        var lengths: [String: Int] = [:]

        mutating func add(_ alignments: [Alignment]) {
            for (read, reference, position, span, score) in alignments {
                let key = Array(read.utf8)
                matrix.add(
                    read: 0..<key.count,
                    of: key,
                    reference: names.number(reference),
                    position: position,
                    span: span,
                    score: score
                )
            }
        }

        mutating func addHost(_ scores: [(String, Int)]) {
            for (read, score) in scores {
                let key = Array(read.utf8)
                matrix.addHost(read: 0..<key.count, of: key, score: score)
            }
        }

        func reassign() -> (result: PathoscopeResult, names: [String]) {
            let references = (0..<names.count).map {
                PathoscopeReference(name: names[$0], length: lengths[names[$0]] ?? 100)
            }
            let result = matrix.reassign(among: references)
            return (result, result.hits.map { names[$0.reference] })
        }
    }

    private static let small: [Alignment] = [
        ("n1", "A", 0, 10, 200), ("n1", "B", -1, 3, 200),
        // The best of several counts; all of them cover.
        ("n2", "A", 0, 10, 50), ("n2", "A", 0, 10, 199), ("n2", "B", 396, 10, 200),
        ("n3", "B", 0, 4, 198), ("n3", "C", 0, 10, 200), ("n3", "D", 0, 10, 190),
        ("u1", "A", 0, 10, 200), ("u1", "A", 15, 10, 100), ("u2", "C", 5, 10, 190),
        // No score at all.
        ("u3", "A", 0, 10, 0),
    ]

    private func close(_ value: Double, _ other: Double) -> Bool {
        abs(value - other) <= 1e-14 * max(1, abs(other))
    }

    // The numbers are those of
    //     S = {"n1": {"A": 200, "B": 200}, "n2": {"A": 199, "B": 200},
    //          "n3": {"B": 198, "C": 200, "D": 190}, "u1": {"A": 200}, "u2": {"C": 190}}
    //     y = {r: {k: exp(100 * v / 200) for k, v in s.items()} for r, s in S.items()}
    //     w = {r: max(v.values()) for r, v in y.items()}
    //     N = [r for r in S if len(S[r]) > 1]
    //     pi = dict.fromkeys("ABCD", 1 / 4); theta = dict(pi)
    //     for i in range(50):
    //         x = {r: {k: pi[k] * theta[k] * v for k, v in y[r].items()} for r in N}
    //         x = {r: {k: v / sum(x[r].values()) for k, v in x[r].items()} for r in N}
    //         T = {k: sum(x[r].get(k, 0) * w[r] for r in N) for k in pi}
    //         new = {k: (T[k] + sum(w[r] for r in S if r not in N and k in S[r])) / sum(w.values())
    //                for k in pi}
    //         theta = {k: T[k] / sum(w[r] for r in N) for k in pi}
    //         change = sum(abs(new[k] - pi[k]) for k in pi); pi = new
    //         if change <= 1e-7: break
    @Test func aSmallMixtureIsSolvedAsByHand() throws {
        var world = World()
        world.lengths = ["A": 20, "B": 400, "C": 100]
        world.add(Self.small)
        let (result, names) = world.reassign()
        #expect(result.readCount == 5)
        #expect(result.uncertainCount == 3)
        #expect(result.iterations == 14)
        // No read speaks for D any more.
        #expect(names == ["B", "A", "C"])
        let finals = result.hits.map(\.final)
        for (pi, expected) in zip(
            finals.map(\.pi),
            [0.7487387567814074, 0.2495795891927454, 0.0016816540258471275]
        ) {
            #expect(close(pi, expected))
        }
        for (pi, expected) in zip(
            result.hits.map(\.initial.pi),
            [0.3469362118859914, 0.46859582374344233, 0.183244602844429]
        ) {
            #expect(close(pi, expected))
        }
        #expect(finals.map(\.reads) == [3, 1, 1])
        #expect(finals.map(\.best) == [0.6, 0.2, 0.2])
        #expect(finals.map(\.high) == [3, 1, 1])
        #expect(finals.map(\.low) == [0, 0, 0])
        // At first n1 speaks for A and B alike, n2 for B, n3 for C.
        #expect(result.hits.map(\.initial.reads) == [1.5, 1.5, 2])
        #expect(result.hits.map(\.initial.high) == [2, 2, 2])
    }

    @Test func depthsAreThoseOfTheReadsThatAReferenceKeeps() throws {
        var world = World()
        world.lengths = ["A": 20, "B": 400, "C": 100]
        world.add(Self.small)
        let hits = world.reassign().result.hits
        // B keeps n1, n2 and n3: 2 bases, for one hangs over the start, 4 at the end, and 4.
        #expect(hits[0].coverage == 8.0 / 400)
        #expect(hits[0].depth == 10.0 / 400)
        let empty = [Double](repeating: 0, count: 196)
        #expect(hits[0].depths == [2, 1] + empty + [1, 1])
        // A keeps u1, of which 5 bases hang over the end.
        #expect(hits[1].coverage == 0.75)
        #expect(hits[1].depth == 0.75)
        let ten = [Double](repeating: 1, count: 10)
        #expect(hits[1].depths == ten + [0, 0, 0, 0, 0] + ten.prefix(5))
        #expect(hits[2].depths.count == 100)
    }

    @Test func partsOfUnequalLengthCoverTheWholeReference() throws {
        var world = World()
        world.lengths = ["A": 999]
        world.add([("r", "A", 0, 999, 10)])
        let hit = try #require(world.reassign().result.hits.first)
        #expect(hit.depths == [Double](repeating: 1, count: 200))
        #expect(hit.coverage == 1)
        #expect(hit.final.pi == 1)
        #expect(hit.final.reads == 1)
    }

    @Test func theHostTakesWhatFitsItAsWell() throws {
        var world = World()
        world.add([
            ("a", "A", 0, 9, 90), ("a", "B", 0, 9, 100), ("b", "A", 0, 9, 90), ("c", "C", 0, 9, 80),
        ])
        // The best score counts, and a read that is not in the matrix does not.
        world.addHost([("a", 100), ("a", 20), ("b", 89), ("other", 500)])
        #expect(world.matrix.subtractHost() == 1)
        let (result, names) = world.reassign()
        #expect(result.readCount == 2)
        #expect(names == ["A", "C"])
        #expect(result.uncertainCount == 0)
        #expect(result.iterations == 1)
    }

    @Test func ofAnotherMatrixOnlyNewReadsAndWantedReferencesCount() {
        var world = World()
        world.add([("a", "A", 0, 9, 90)])
        var other = world
        other.matrix = PathoscopeMatrix()
        other.add([
            ("a", "B", 5, 9, 80), ("b", "B", 20, 9, 70), ("b", "A", 1, 9, 60), ("c", "C", 2, 9, 50),
        ])
        var seen: [[Int]] = []
        other.matrix.forEachAlignment(ofReadsNotIn: world.matrix) { seen.append([$0, $1, $2]) }
        #expect(seen == [[1, 20, 9], [0, 1, 9], [2, 2, 9]])
        world.names = other.names
        world.matrix.add(other.matrix) { $0 != 2 }
        #expect(world.matrix.readCount == 2)
        let (result, names) = world.reassign()
        #expect(names == ["B", "A"] || names == ["A", "B"])
        #expect(result.hits.map(\.final.reads).reduce(0, +) == 2)
    }

    @Test func nothingIsFoundWhereNothingIsLeft() {
        var world = World()
        #expect(world.reassign().result == PathoscopeResult())
        world.add([("a", "A", 0, 9, 90)])
        world.addHost([("a", 90)])
        #expect(world.matrix.subtractHost() == 1)
        #expect(world.reassign().result == PathoscopeResult())
    }

    @Test func aReadThatFitsTwoAlikeCountsForEachInPart() {
        var world = World()
        world.add([("a", "A", 0, 9, 90), ("a", "B", 0, 9, 90)])
        let (result, names) = world.reassign()
        // Of equals the one with the greater name comes first.
        #expect(names == ["B", "A"])
        #expect(result.hits.map(\.final.reads) == [0.5, 0.5])
        #expect(result.hits.map(\.final.pi) == [0.5, 0.5])
        #expect(result.hits.map(\.final.high) == [1, 1])
        #expect(result.iterations == 1)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func theOrderOfAlignmentsChangesNoBit(seed: UInt64) {
        var generator = Congruential(state: seed)
        var alignments: [Alignment] = []
        for _ in 0..<800 {
            let read = "read \(Int.random(in: 0..<200, using: &generator))"
            let reference = "r\(Int.random(in: 0..<12, using: &generator))"
            let position = Int.random(in: 0..<90, using: &generator)
            alignments.append(
                (read, reference, position, 10, Int.random(in: 90...100, using: &generator))
            )
        }
        var world = World()
        world.add(alignments)
        let (result, names) = world.reassign()
        var other = World()
        other.add(alignments.shuffled(using: &generator))
        let (otherResult, otherNames) = other.reassign()
        #expect(names == otherNames)
        #expect(result.iterations == otherResult.iterations)
        for (hit, same) in zip(result.hits, otherResult.hits) {
            var same = same
            same.reference = hit.reference
            // Reads have their numbers by the order; their names stay.
            let keys = hit.bestReads.map { world.matrix.key(ofRead: Int($0)) }
            let others = same.bestReads.map { other.matrix.key(ofRead: Int($0)) }
            #expect(keys.sorted() == others.sorted())
            same.bestReads = hit.bestReads
            #expect(hit == same)
        }
        let sum = result.hits.map(\.final.pi).reduce(0, +)
        #expect(sum > 0.9 && sum < 1.000_000_1)
    }

    @Test func linesOfSAMFillTheMatrix() throws {
        var reader = SAMReader()
        var matrix = PathoscopeMatrix()
        let sam = """
            a/1\t0\tA\t1\t9\t4M\t*\t0\t0\tACGT\tIIII\tAS:i:8
            a/2\t16\tB\t3\t9\t4M\t*\t0\t0\tACGT\tIIII\tAS:i:6
            b\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII

            """
        try reader.read(Array(sam.utf8)) { matrix.add($1, of: $0) }
        #expect(matrix.readCount == 1)
        let mate = Array("@a 2:N:0".utf8)
        #expect(matrix.number(ofRead: 1..<2, of: mate) == 0)
        #expect(matrix.number(ofRead: 3..<4, of: mate) == nil)
        let references = ["A", "B"].map { PathoscopeReference(name: $0, length: 8) }
        let result = matrix.reassign(among: references)
        #expect(result.uncertainCount == 1)
        #expect(result.hits.first?.depths == [1, 1, 1, 1, 0, 0, 0, 0])
        let host = Array("a/2\t0\thost\t1\t9\t4M\t*\t0\t0\tACGT\tIIII\tAS:i:8\n".utf8)
        var hostReader = SAMReader()
        try hostReader.read(host) { matrix.addHost($1, of: $0) }
        #expect(matrix.subtractHost() == 1)
    }

    @Test("Copies of one piece begin in one place, wherever they end")
    func placements() {
        var matrix = PathoscopeMatrix()
        func add(_ read: String, _ position: Int, _ span: Int, _ start: Int, reversed: Bool = false)
        {
            let key = Array(read.utf8)
            matrix.add(
                read: 0..<key.count,
                of: key,
                reference: 0,
                position: position,
                span: span,
                score: 200,
                start: ReadStart(place: start, isReversed: reversed)
            )
        }
        add("a", 10, 50, 10)
        // Cut at its end, and at its start by the aligner.
        add("b", 10, 30, 10)
        add("c", 14, 46, 10)
        add("d", 60, 40, 100, reversed: true)
        add("e", 60, 36, 100, reversed: true)
        // The other strand is another piece.
        add("f", 100, 50, 100)
        // Beyond the sequence's start, where a circle was cut: one piece twice, another once.
        add("g", 0, 30, -20)
        add("h", 0, 24, -20)
        add("i", 0, 30, -21)
        // Of mates one is known.
        add("j", 150, 40, 150)
        add("j", 160, 40, 200, reversed: true)
        add("k", 150, 40, 150)
        func placements(_ matrix: PathoscopeMatrix) -> [Int] {
            matrix.reassign(among: [PathoscopeReference(name: "A", length: 300)]).hits
                .map(\.placements)
        }
        #expect(placements(matrix) == [6])
        // What is moved from one matrix into another keeps its place.
        var other = PathoscopeMatrix()
        other.add(matrix) { _ in true }
        #expect(placements(other) == [6])
        for number in 0..<500 { add("n\(number)", 5, 10, -100 - 2 * number) }
        #expect(placements(matrix) == [100])
    }
}
