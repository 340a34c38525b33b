import DequeModule

/// When changes were committed, back to the oldest that somebody is still to be told, or nearly.
struct CommitMoments {
    private struct Batch {
        let first: Int
        let moment: ContinuousClock.Instant
    }

    /// So many batches are remembered one by one, even if a client is far behind.
    private static let capacity = 1024

    /// How many batches come before it is looked again what can be forgotten.
    private static let pause = 128

    private var batches: Deque<Batch> = []
    private var notedSinceForgetting = 0

    /// Remembers when the changes from a position on were committed.
    mutating func note(from seq: Int, at moment: ContinuousClock.Instant) {
        if batches.count >= Self.capacity { thinOut() }
        batches.append(Batch(first: seq, moment: moment))
        notedSinceForgetting += 1
    }

    /// Every other batch counts as part of the one before, whose changes have waited longer.
    private mutating func thinOut() {
        batches = Deque(stride(from: 0, to: batches.count, by: 2).map { [batches] in batches[$0] })
    }

    /// Whether it is worth while to look what can be forgotten, also where a slow client lets nothing go.
    var areMany: Bool {
        batches.count > Self.capacity / 2 && notedSinceForgetting >= Self.pause
    }

    /// Forgets what everybody was told.
    mutating func forget(upTo seq: Int) {
        notedSinceForgetting = 0
        while batches.count > 1, batches[1].first <= seq + 1 { batches.removeFirst() }
    }

    mutating func removeAll() {
        batches.removeAll()
    }

    /// When the first change behind a position was committed; nil if that was before memory begins.
    func moment(after cursor: Int) -> ContinuousClock.Instant? {
        var low = 0
        var high = batches.count
        while low < high {
            let middle = low + (high - low) / 2
            if batches[middle].first > cursor + 1 { high = middle } else { low = middle + 1 }
        }
        return low > 0 ? batches[low - 1].moment : nil
    }
}
