/// Finds what somebody may have meant.
package enum Spelling {
    private static let longest = 128

    /// The candidate that differs in the fewest letters, if that is few enough.
    ///
    /// Nobody means anything by a word that is longer than all names may be; to compare it takes long.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        guard word.utf8.count <= longest else { return nil }
        let word = word.lowercased()
        let limit = max(1, word.count / 3)
        let distances = candidates.map { ($0, distance(word, $0.lowercased())) }
        guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= limit else { return nil }
        return best.0
    }

    /// How many letters must be put in, left out, changed or swapped to get from one to the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var rows = [Array(0...right.count)]
        for row in 0..<left.count {
            var next = [row + 1]
            for column in 0..<right.count {
                var cost = min(
                    rows[row][column + 1] + 1,
                    next[column] + 1,
                    rows[row][column] + (left[row] == right[column] ? 0 : 1)
                )
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, rows[row - 1][column - 1] + 1)
                }
                next.append(cost)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
