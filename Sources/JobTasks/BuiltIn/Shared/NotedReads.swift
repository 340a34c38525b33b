package import JSON
package import SystemPackage

/// Which reads of a sample speak for a virus: their places in the sample, counted from 1, mates as one.
///
/// The sample is kept as long as its analyses, so places are all that need be noted. In the file `reads.jsonl` of
/// an analysis each line is one virus: `{"virus": ID, "total": N, "reads": "3 4 10"}`, where each place is told by
/// its distance from the one before: 3, 7, 17.
package struct NotedReads: Hashable, Sendable {
    /// The file in the folder of an analysis.
    package static let file = "reads.jsonl"
    /// How many reads of one virus are noted at most; of more the first ones.
    package static let mostOfVirus = 2_000_000
    /// How many are noted of all viruses together at most.
    package static let most = 8_000_000
    /// How many bytes the file can have.
    package static let mostBytes = 256 << 20

    /// The virus.
    package let virus: String
    /// How many reads or pairs speak for it.
    package let total: Int
    /// The places of those that are noted, ascending.
    package let places: [Int]

    /// Notes reads.
    ///
    /// - Parameters:
    ///   - virus: The virus.
    ///   - places: The places of its reads, in any order; one that is there twice counts once.
    ///   - limit: How many are noted at most.
    package init(virus: String, places: [Int], limit: Int) {
        var sorted = places.sorted()
        var last = 0
        sorted.removeAll { place in
            defer { last = place }
            return place == last
        }
        self.virus = virus
        total = sorted.count
        self.places = Array(sorted.prefix(max(0, min(limit, Self.mostOfVirus))))
    }

    /// Reads a line of the file; nil if it is none.
    package init?(_ line: JSONValue) {
        guard let virus = line["virus"]?.stringValue, let total = line["total"]?.countValue,
            let text = line["reads"]?.stringValue
        else { return nil }
        var places: [Int] = []
        var last = 0
        for word in text.utf8.split(separator: UInt8(ascii: " ")) {
            guard let step = Int(Substring(word)), (1...JSONValue.greatestCount).contains(step),
                places.count < Self.mostOfVirus
            else { return nil }
            last += step
            places.append(last)
        }
        self.virus = virus
        self.total = total
        self.places = places
    }

    /// Looks a virus up in the file, of which no more than two lines are in memory.
    ///
    /// - Parameters:
    ///   - virus: The virus, by its id.
    ///   - file: The file.
    ///   - isGivenUp: Asked now and then whether nobody wants to know any more.
    /// - Returns: Its reads; nil if it is not there.
    /// - Throws: Why the file cannot be read; `ECANCELED` if it was given up; `EFBIG` for a file or a line
    ///   that is larger than any can be.
    package static func find(
        _ virus: String,
        in file: FilePath,
        isGivenUp: () -> Bool = { false }
    ) throws(Errno) -> NotedReads? {
        let wanted = ExactText(virus)
        let pieces = try FilePieces(of: file, followsLink: false)
        var line: [UInt8] = []
        var count = 0
        func noted() -> NotedReads? {
            guard let value = try? JSONValue(parsing: line), let noted = NotedReads(value),
                ExactText(noted.virus) == wanted
            else { return nil }
            return noted
        }
        while let piece = try pieces.next() {
            guard !isGivenUp() else { throw .canceled }
            count += piece.count
            guard count <= mostBytes else { throw .fileTooLarge }
            var rest = piece[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                if let noted = noted() { return noted }
                line = []
                rest = rest[(end + 1)...]
            }
            line += rest
            guard line.count <= longestLine else { throw .fileTooLarge }
        }
        return noted()
    }

    /// A place has up to 16 digits and a blank.
    private static let longestLine = mostOfVirus * 17 + (1 << 16)

    /// The line of the file, with its end.
    package var line: [UInt8] {
        var last = 0
        var text = ""
        for place in places {
            if last > 0 { text += " " }
            text += "\(place - last)"
            last = place
        }
        let line: JSONValue = [
            "virus": .string(virus), "total": .integer(total), "reads": .string(text),
        ]
        return line.encoded + [UInt8(ascii: "\n")]
    }
}
