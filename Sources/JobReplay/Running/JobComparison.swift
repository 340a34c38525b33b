import JSON

/// Compares how jobs ended with how they ended in the recording.
struct JobComparison {
    /// So many jobs are asked for at once.
    private static let page = 500

    private let replay: Replay
    private let book: ReplayBook
    private let observer: ReplayObserver

    init(_ replay: Replay, book: ReplayBook, observer: ReplayObserver) {
        self.replay = replay
        self.book = book
        self.observer = observer
    }

    /// Waits for the ends of all jobs that ended in the recording, and compares.
    func run() async {
        let ids = replay.script.ends.keys.sorted()
        let deadline = ContinuousClock.now + replay.longestJob
        for copy in 0..<replay.copies {
            for id in ids { _ = await book.waitForEnd(of: id, copy: copy, before: deadline) }
            var rest = ids[...]
            while !rest.isEmpty {
                guard await compare(Array(rest.prefix(Self.page)), copy: copy) else { return }
                rest = rest.dropFirst(Self.page)
            }
        }
    }

    private func compare(_ ids: [String], copy: Int) async -> Bool {
        var names: [String: String] = [:]
        for id in ids { names[id] = await book.name(of: id, copy: copy) }
        var found: [String: JSONValue] = [:]
        if !names.isEmpty {
            let filter: JSONObject = ["_id": .array(names.values.map { .string($0) })]
            let params: JSONObject = ["filter": .object(filter), "limit": .integer(Self.page)]
            guard let result = await observer.call("jobs.find", params)?.result else {
                await book.note(problem: "the server did not tell how jobs ended")
                return false
            }
            for job in result["jobs"]?.arrayValue ?? [] {
                if let id = job["_id"]?.stringValue { found[id] = job }
            }
        }
        for id in ids {
            guard let end = replay.script.ends[id] else { continue }
            await book.comparedJob()
            let job = names[id].flatMap { found[$0] }
            if let difference = Self.difference(end, job, wasMade: names[id] != nil) {
                await book.note(difference: "job \(id): \(difference)")
            }
        }
        return true
    }

    /// Tells how a job's end differs.
    ///
    /// - Parameters:
    ///   - end: How it ended in the recording.
    ///   - job: What the server says of it now, if it has it.
    ///   - wasMade: Whether the replay made it.
    /// - Returns: A sentence for people; nil if the ends agree.
    static func difference(
        _ end: ReplayScript.End,
        _ job: JSONValue?,
        wasMade: Bool
    ) -> String? {
        guard wasMade else { return "was not made" }
        guard case .ended(let state, let task, let isArchived) = end else {
            return job == nil ? nil : "is there, was removed"
        }
        guard let job else { return "is not there, was \(state)" }
        if let other = job["state"]?.stringValue, other != state {
            return "is \(other), was \(state)"
        }
        if let other = job["task"]?.stringValue, other != task {
            return "is of the task \(other), was \(task)"
        }
        if let other = job["archived"]?.boolValue, other != isArchived {
            return other ? "is archived, was not" : "is not archived, was"
        }
        return nil
    }
}
