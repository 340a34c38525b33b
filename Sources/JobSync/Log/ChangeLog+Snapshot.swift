import JobManagement
import JobModel

extension ChangeLog {
    /// Takes in all that lives, where it was forgotten what has gone since the head.
    ///
    /// What the log holds and the snapshot does not has gone at positions that nobody knows. It gets
    /// free ones, of which there are enough, for each removal had one of its own: a page never has to
    /// end between two entries of one position. Clients that come from elsewhere with a position below
    /// the snapshot's may have been told of other removals than these, and have to start anew.
    ///
    /// - Parameter snapshot: All that lives.
    /// - Returns: Whether clients can go on from where they stand; if not, the log has begun anew.
    mutating func take(_ snapshot: SnapshotRead) -> Bool {
        let present = Set(snapshot.changes.map(\.id)).union(snapshot.later)
        var missing = liveJobs.filter { !present.contains($0) }
        var news = snapshot.changes.filter { $0.seq > head }
        let taken = Set(news.map(\.seq))
        var position = snapshot.seq
        while position > head, let id = missing.last {
            if !taken.contains(position) {
                news.append(CommittedChange(seq: position, content: .gone(id)))
                missing.removeLast()
            }
            position -= 1
        }
        guard missing.isEmpty else {
            // Who stood at the snapshot's own position before it was read holds what is missing.
            let isTold = snapshot.seq > head
            beginAnew()
            for change in snapshot.changes { append(change) }
            advance(to: snapshot.seq, isTold: isTold)
            return false
        }
        for change in news.sorted(by: { $0.seq < $1.seq }) { append(change) }
        advance(to: snapshot.seq)
        return true
    }

    private var liveJobs: [JobID] {
        entries.compactMap { entry in
            if case .live = entry.content { entry.id } else { nil }
        }
    }
}

extension CommittedChange {
    /// Which job was changed.
    var id: JobID {
        switch content {
        case .live(let job): job.id
        case .gone(let id): id
        }
    }
}
