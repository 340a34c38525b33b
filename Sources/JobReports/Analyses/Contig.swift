package import JSON

/// A contig, as an analysis tells of it.
package struct Contig {
    /// The known sequence that is nearest to it.
    package struct Nearest {
        package let id: String
        package let definition: String
        package let virus: String
        package let isolate: String
        package let identity: Double?
        package let coverage: Double?
    }

    /// A protein that it may code for is like a family's.
    package struct Hit {
        package let family: String
        package let e: Double?
        package let score: Double?
    }

    /// Its number among those that code for proteins, from 0, or `other_` with its place among the others; no two
    /// contigs of an analysis have the same.
    package let label: String
    /// Whether it codes for a protein like a virus's.
    package let isLikeVirus: Bool
    package let sequence: String
    package let length: Int
    /// `known`, `related`, `unknown`, or empty where an earlier version did not judge.
    package let verdict: String
    package let nearest: Nearest?
    package let reads: Int?
    package let depth: Double?
    package let frames: Int
    /// The best hit of all its frames.
    package let best: Hit?

    /// All contigs: first those that look like a virus, and of both those that nothing known is like.
    package static func all(in document: JSONValue) -> [Contig] {
        let order = ["unknown", "related", "known"]
        var labels: Set<String> = []
        let like = document.list("contigs").enumerated().map { place, value in
            let number = "\(value["index"]?.countValue ?? place)"
            var label = number
            var again = 1
            while !labels.insert(label).inserted {
                again += 1
                label = "\(number)_\(again)"
            }
            return Contig(value, label, isLikeVirus: true)
        }
        let others = document.list("other_contigs").enumerated().map { place, value in
            Contig(value, "other_\(place)", isLikeVirus: false)
        }
        func rank(_ contig: Contig) -> Int { order.firstIndex(of: contig.verdict) ?? order.count }
        func sorted(_ contigs: [Contig]) -> [Contig] {
            contigs.enumerated().sorted {
                (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
            }.map(\.element)
        }
        return sorted(like) + sorted(others)
    }

    private init(_ value: JSONValue, _ label: String, isLikeVirus: Bool) {
        self.label = label
        self.isLikeVirus = isLikeVirus
        sequence = value.text("sequence")
        length = value["length"]?.countValue ?? sequence.utf8.count
        verdict = value.text("verdict")
        nearest = value["nearest"].flatMap { $0.isNull ? nil : Nearest($0) }
        reads = value["reads"]?.countValue
        depth = value.figure("depth")
        let frames = value.list("orfs")
        self.frames = frames.count
        let hits = frames.flatMap { $0.list("hits") }.map { Hit($0) }
        best = hits.min { ($0.e ?? .infinity) < ($1.e ?? .infinity) }
    }
}

extension Contig.Nearest {
    init(_ value: JSONValue) {
        id = value.text("id")
        definition = value.text("definition")
        virus = value.named("virus")
        isolate = value.named("isolate")
        identity = value.figure("identity")
        coverage = value.figure("coverage")
    }
}

extension Contig.Hit {
    init(_ value: JSONValue) {
        let label = value.text("label")
        family = label.isEmpty ? value.text("profile") : label
        e = value.figure("full_e")
        score = value.figure("full_score")
    }
}
