import JobModel

/// Waiting jobs in their order, cheap to enter and to leave at any place.
///
/// A sorted sequence cut into chunks: a million jobs are some thousand chunks,
/// so that entering, leaving and counting those ahead touch one chunk and the
/// list of chunks.
struct WaitingLine {
    private struct Member {
        let place: QueuePlace
        let id: JobID
    }

    private static let chunkSize = 512

    /// None of the chunks is empty.
    private var chunks: [[Member]] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The job that starts first.
    var first: (place: QueuePlace, id: JobID)? {
        chunks.first?.first.map { ($0.place, $0.id) }
    }

    /// All jobs in their order.
    var members: some Sequence<(place: QueuePlace, id: JobID)> {
        chunks.lazy.joined().map { (place: $0.place, id: $0.id) }
    }

    mutating func insert(_ id: JobID, at place: QueuePlace) {
        count += 1
        guard !chunks.isEmpty else {
            chunks = [[Member(place: place, id: id)]]
            return
        }
        let chunk = chunkIndex(for: place)
        chunks[chunk].insert(
            Member(place: place, id: id),
            at: memberIndex(for: place, in: chunk)
        )
        if chunks[chunk].count > Self.chunkSize { split(chunk) }
    }

    /// Takes a job out; its place must be the one at which it entered.
    mutating func remove(at place: QueuePlace) {
        guard !chunks.isEmpty else { preconditionFailure("no such place in an empty line") }
        let chunk = chunkIndex(for: place)
        let member = memberIndex(for: place, in: chunk)
        precondition(
            member < chunks[chunk].count && chunks[chunk][member].place == place,
            "no such place in the line"
        )
        chunks[chunk].remove(at: member)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
        count -= 1
    }

    /// How many jobs have a place before this one.
    func count(before place: QueuePlace) -> Int {
        guard !chunks.isEmpty else { return 0 }
        let chunk = chunkIndex(for: place)
        return chunks[..<chunk].reduce(0) { $0 + $1.count }
            + memberIndex(for: place, in: chunk)
    }

    /// The last chunk that begins at or before the place, or the first one.
    private func chunkIndex(for place: QueuePlace) -> Int {
        let after = chunks.partitionIndex { ($0.first?.place).map { $0 > place } ?? true }
        return max(0, after - 1)
    }

    private func memberIndex(for place: QueuePlace, in chunk: Int) -> Int {
        chunks[chunk].partitionIndex { $0.place >= place }
    }

    private mutating func split(_ chunk: Int) {
        // An even cut would leave every chunk half empty when jobs arrive in
        // order, which they do; the last chunk is cut near its end.
        let isLast = chunk == chunks.count - 1
        let cut = isLast ? Self.chunkSize * 9 / 10 : Self.chunkSize / 2
        let tail = Array(chunks[chunk][cut...])
        chunks[chunk].removeSubrange(cut...)
        chunks.insert(tail, at: chunk + 1)
    }
}

extension Array {
    /// The first index whose element, and every later one, satisfies the predicate; by bisection.
    fileprivate func partitionIndex(where belongsAfter: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if belongsAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
