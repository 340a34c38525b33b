/// Compares the ids of mates, which come from two files at different speeds.
struct MateCheck: Sendable {
    /// The first pair that is none.
    private(set) var found: FASTQError.Reason?

    private var names = MateNames()
    /// Ids of the file that is ahead, one after another, each with its end.
    private var waiting: [UInt8] = []
    private var ends: [Int] = []
    /// How many of them were compared.
    private var compared = 0
    private var ahead = Mate.first
    private var record = 0

    /// Takes in the id of the next read of a file.
    ///
    /// - Parameters:
    ///   - id: Where it stands.
    ///   - bytes: The bytes in which it stands.
    ///   - mate: The file.
    mutating func add(_ id: Range<Int>, of bytes: [UInt8], _ mate: Mate) {
        guard found == nil else { return }
        if compared == ends.count {
            waiting.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            compared = 0
            ahead = mate
        }
        guard mate != ahead else {
            waiting.append(contentsOf: bytes[id])
            ends.append(waiting.count)
            return
        }
        let other = (compared == 0 ? 0 : ends[compared - 1])..<ends[compared]
        compared += 1
        record += 1
        guard !NameTable.isEqual(bytes.span, id, waiting.span, other) else { return }
        let areMates =
            mate == .first
            ? names.areMates(bytes[id], waiting[other]) : names.areMates(waiting[other], bytes[id])
        guard !areMates else { return }
        let own = String(decoding: bytes[id], as: UTF8.self)
        let others = String(decoding: waiting[other], as: UTF8.self)
        found = .otherMate(
            record: record,
            first: mate == .first ? own : others,
            second: mate == .first ? others : own
        )
    }
}
