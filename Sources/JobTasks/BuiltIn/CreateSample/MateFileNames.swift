/// What the names of two files say of the mates in them, where the reads themselves say nothing.
struct MateFileNames {
    private let mates: [Int?]

    /// Looks at the names.
    ///
    /// - Parameter names: The paths of the first mates' file and of the second ones'.
    init(_ names: [String]) { mates = names.map { Self.mate(of: $0) } }

    /// What is odd about them, in sentences.
    var warnings: [String] {
        guard mates.count == 2, let first = mates[0], let second = mates[1] else { return [] }
        if first == second {
            return [
                "both names say R\(first); the mates of each lane follow each other (R1, R2, R1, R2)"
            ]
        }
        return first > second
            ? ["the mates seem to be swapped, for the first file's name says R\(first)"] : []
    }

    /// The number behind an `R` in a name, between signs, as sequencers call their files.
    private static func mate(of path: String) -> Int? {
        let name = path[
            (path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...
        ]
        let found = name.matches(of: /(?:^|[_.\-])[Rr]([12])(?:[_.\-]|$)/)
        return found.last.flatMap { Int($0.output.1) }
    }
}
