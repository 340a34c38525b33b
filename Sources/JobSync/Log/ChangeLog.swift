import JSON
import JobManagement
import JobModel
import JobProtocol
import JobStorage

/// The newest change of each job, in the order of the history: what every client's view is read from.
///
/// A client is a position in it. Changes are appended; the one that a job had
/// before is marked as superseded, and squeezed out together with others once
/// they are half of the log. Removals are kept down to the horizon.
struct ChangeLog {
    struct Entry {
        enum Content {
            /// The job's minimal document, and the same as JSON, encoded once for all clients.
            case live(MinimalJob, json: [UInt8])
            /// The job left; what it last was, if that is known.
            case gone(last: MinimalJob?)
            /// A later entry holds what became of the job.
            case superseded
        }

        let seq: Int
        let id: JobID
        /// Whether the job came to another state or stage here.
        let isTransition: Bool
        /// Whether the id was another's before, a job that other filters may have admitted.
        let isReused: Bool
        var content: Content

        /// What the job is, or last was.
        fileprivate var job: MinimalJob? {
            switch content {
            case .live(let job, json: _): job
            case .gone(let last): last
            case .superseded: nil
            }
        }
    }

    /// How many removals are remembered.
    private static let removalLimit = 10_000

    /// The name of the history.
    private(set) var epoch = ""
    /// Positions below it cannot be caught up from, because removals there are forgotten.
    private(set) var horizon = 0
    /// The position of the newest change.
    private(set) var head = 0
    /// How many jobs live.
    private(set) var liveCount = 0
    private(set) var entries: [Entry] = []

    private var places: [JobID: Int] = [:]
    private var supersededCount = 0
    private var removalCount = 0
    /// With more removals than these it is worth while to forget the oldest.
    private var surplusFrom = 2 * Self.removalLimit
    private var digest = ViewDigest()

    /// Takes over a history; a different one makes the log begin anew.
    mutating func open(at position: StorePosition) {
        if position.epoch != epoch { self = ChangeLog() }
        epoch = position.epoch
        horizon = max(horizon, position.horizon)
    }

    /// Forgets everything but which history it is.
    mutating func beginAnew() {
        var log = ChangeLog()
        log.epoch = epoch
        self = log
    }

    /// Takes in that all changes up to a position are here, and what has gone before it no more.
    ///
    /// - Parameters:
    ///   - position: The position.
    ///   - isTold: Whether a client that stands there may have been told of all that has gone.
    mutating func advance(to position: Int, isTold: Bool = true) {
        head = max(head, position)
        horizon = max(horizon, isTold ? position : position + 1)
    }

    mutating func append(_ change: CommittedChange) {
        guard change.seq > head else { return }
        head = change.seq
        switch change.content {
        case .live(let job):
            let previous = supersede(job.id)
            let last = previous?.job
            let isTransition = last?.state != job.state || last?.stage != job.stage
            let isAnother = last?.task != job.task || last?.username != job.username
            var json: [UInt8] = []
            json.reserveCapacity(288)
            job.encode(into: &json)
            add(
                Entry(
                    seq: change.seq,
                    id: job.id,
                    isTransition: isTransition,
                    isReused: previous.map { $0.isReused || isAnother } ?? false,
                    content: .live(job, json: json)
                )
            )
            liveCount += 1
            digest.toggle(job.id, version: job.version)
        case .gone(let id):
            let previous = supersede(id)
            add(
                Entry(
                    seq: change.seq,
                    id: id,
                    isTransition: true,
                    isReused: previous?.isReused ?? false,
                    content: .gone(last: previous?.job)
                )
            )
            removalCount += 1
        }
        if supersededCount > 512, supersededCount * 2 > entries.count { squeeze() }
    }

    private mutating func add(_ entry: Entry) {
        places[entry.id] = entries.count
        entries.append(entry)
    }

    /// Marks a job's entry as superseded; returns what it was.
    private mutating func supersede(_ id: JobID) -> Entry? {
        guard let place = places[id] else { return nil }
        let entry = entries[place]
        entries[place].content = .superseded
        supersededCount += 1
        switch entry.content {
        case .live(let job, json: _):
            liveCount -= 1
            digest.toggle(job.id, version: job.version)
        case .gone:
            removalCount -= 1
        case .superseded:
            preconditionFailure("a job's place is that of its newest entry")
        }
        return entry
    }

    private mutating func squeeze() {
        entries.removeAll { if case .superseded = $0.content { true } else { false } }
        supersededCount = 0
        reindex()
    }

    /// Whether so many removals are remembered that it is worth while to forget the oldest.
    ///
    /// Where a slow client keeps them from being forgotten, not before there are many more.
    var hasSurplusRemovals: Bool { removalCount > surplusFrom }

    /// Forgets the oldest removals once there are many.
    ///
    /// - Parameter floor: Removals behind it are kept, for a connected client has not been told of them.
    mutating func forgetRemovals(upTo floor: Int) {
        guard removalCount > 2 * Self.removalLimit else { return }
        let before = entries.count
        var surplus = removalCount - Self.removalLimit
        entries.removeAll { entry in
            guard surplus > 0, entry.seq <= floor, case .gone = entry.content else { return false }
            surplus -= 1
            horizon = max(horizon, entry.seq)
            return true
        }
        removalCount -= before - entries.count
        surplusFrom = max(2 * Self.removalLimit, removalCount + Self.removalLimit / 4)
        reindex()
    }

    private mutating func reindex() {
        places = Dictionary(minimumCapacity: entries.count)
        for (place, entry) in entries.enumerated() {
            if case .superseded = entry.content { continue }
            places[entry.id] = place
        }
    }
}

// MARK: - Questions

extension ChangeLog {
    /// The job of that id, if it lives.
    func job(_ id: JobID) -> MinimalJob? {
        guard let place = places[id], case .live(let job, json: _) = entries[place].content else {
            return nil
        }
        return job
    }

    /// Those of some jobs that a filter does not admit, or that are no more.
    ///
    /// What a client has to drop was found out when its load began; what has come back since is put.
    func stillMissing(_ ids: [JobID], in filter: JobFilter) -> [JobID] {
        ids.filter { !(job($0).map(filter.admits) ?? false) }
    }

    /// Whether a change would hide, from clients that were told everything up to a position, that its job
    /// has come to another state or stage since.
    func wouldHide(_ change: CommittedChange, from position: Int) -> Bool {
        guard case .live(let next) = change.content, let place = places[next.id] else {
            return false
        }
        return entries[place].seq > position && entries[place].isTransition
    }

    /// How many jobs a filter admits, and their digest.
    func summary(for filter: JobFilter) -> (count: Int, digest: ViewDigest) {
        guard filter != JobFilter() else { return (liveCount, digest) }
        var count = 0
        var digest = ViewDigest()
        for entry in entries {
            guard case .live(let job, json: _) = entry.content, filter.admits(job) else { continue }
            count += 1
            digest.toggle(job.id, version: job.version)
        }
        return (count, digest)
    }

    /// Whether a client that stopped at a position can go on from there.
    func canResume(epoch: String, seq: Int) -> Bool {
        epoch == self.epoch && seq >= horizon && seq <= head
    }

    /// The place of the first entry behind a position; by bisection.
    func firstPlace(after position: Int) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].seq > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
