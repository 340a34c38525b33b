/// Tells by their names whether reads that follow each other are mates.
///
/// They are if the first and the second, the third and the fourth and so on have one name each, or names that
/// tell mates apart, and never the second and the third.
struct NeighbourNames: Sendable {
    private var mates = MateNames()
    private var last: [UInt8] = []
    private var count = 0
    private var pairs = 0
    private var areOthersAlike = false

    /// Whether all pairs so far have the names of mates; of few reads that may be chance.
    var areMates: Bool { pairs >= 2 && pairs == count / 2 && !areOthersAlike }

    /// Takes in the next read.
    ///
    /// - Parameters:
    ///   - record: The read.
    ///   - bytes: The bytes in which it lies.
    mutating func add(_ record: FASTQRecord, of bytes: [UInt8]) {
        let id = Array(bytes[record.id(in: bytes)])
        defer { last = id }
        count += 1
        guard !id.isEmpty, count > 1 else { return }
        let isAlike = id == last
        if count % 2 == 1 {
            if isAlike { areOthersAlike = true }
        } else if isAlike || mates.areMates(last[...], id[...]) {
            pairs += 1
        }
    }
}
