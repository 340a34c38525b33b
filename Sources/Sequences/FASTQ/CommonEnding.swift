/// Looks for what reads of many pieces have in common behind these pieces: an adapter that was not cut.
///
/// A word that many reads have lies at one place and behind the same base if it comes from one piece, such as an
/// amplicon or a short genome; behind the ends of pieces it lies at many places, and behind any base.
public struct CommonEnding: Sendable {
    /// What reads end in.
    public struct Found: Hashable, Sendable {
        /// How it begins.
        public var sequence: String
        /// How many reads have it.
        public var reads: Int
        /// Of how many that were looked at.
        public var of: Int
    }

    private static let enough = 1000
    /// Of fewer reads chance makes too much.
    private static let least = 50
    private static let longest = 24

    private var reads: [[UInt8]] = []
    private var total = 0

    /// Begins with no read.
    public init() {}

    /// Takes in a read; those after the first thousand are passed over.
    ///
    /// - Parameters:
    ///   - record: The read.
    ///   - bytes: The bytes in which it lies.
    public mutating func add(_ record: FASTQRecord, of bytes: [UInt8]) {
        guard total < Self.enough else { return }
        total += 1
        reads.append(Array(bytes[record.sequence]))
    }

    /// How many of the reads that were looked at have a length.
    ///
    /// - Parameter lengths: The lengths that count.
    /// - Returns: A share from 0 to 1.
    public func share(of lengths: ClosedRange<Int>) -> Double {
        guard total > 0 else { return 0 }
        return Double(reads.count { lengths.contains($0.count) }) / Double(total)
    }

    /// What most of those reads end in that end in something alike.
    ///
    /// - Parameter share: How many must have it, from 0 to 1.
    /// - Returns: What it is; nil if there is none.
    public func find(share: Double) -> Found? {
        guard total >= Self.least else { return nil }
        var places: [UInt32: [Place]] = [:]
        for (read, bases) in reads.enumerated() {
            for (word, place) in ReadWords(bases[...]) where places[word]?.last?.read != read {
                places[word, default: []].append(Place(read: read, start: place))
            }
        }
        let needed = Int((share * Double(total)).rounded(.up))
        let common = places.values.filter { $0.count >= needed && isBehindPieces($0) }
        // Of several that as many reads have, the one that begins first.
        let found = common.min { ($1.count, first($0)) < ($0.count, first($1)) }
        return found.map {
            Found(sequence: sequence(from: $0), reads: $0.count, of: total)
        }
    }

    private struct Place {
        let read: Int
        let start: Int
    }

    private func first(_ places: [Place]) -> Int {
        places.reduce(0) { $0 + $1.start } / max(places.count, 1)
    }

    /// Whether a word lies at many places, and behind one base here and behind another there.
    private func isBehindPieces(_ places: [Place]) -> Bool {
        guard Set(places.map(\.start)).count >= 4, first(places) >= ReadWords.length else {
            return false
        }
        var before: [UInt8: Int] = [:]
        for place in places where place.start > 0 {
            before[reads[place.read][place.start - 1], default: 0] += 1
        }
        return Double(before.values.max() ?? 0) <= 0.7 * Double(places.count)
    }

    /// What follows in most reads, for as long as they agree.
    private func sequence(from places: [Place]) -> String {
        var letters: [UInt8] = []
        while letters.count < Self.longest {
            var counts: [UInt8: Int] = [:]
            for place in places where place.start + letters.count < reads[place.read].count {
                counts[reads[place.read][place.start + letters.count], default: 0] += 1
            }
            let all = counts.values.reduce(0, +)
            guard 4 * all >= places.count,
                let (letter, count) = counts.max(by: { $0.value < $1.value }),
                Double(count) >= 0.8 * Double(all)
            else { break }
            letters.append(letter)
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
