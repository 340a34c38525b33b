import JSON
import JobModel

/// What is known of a replay: names, jobs, and what there is to report.
actor ReplayBook {
    /// Where the server stood when the replay began.
    struct Start: Sendable {
        let epoch: String
        let seq: Int
    }

    /// Who waits for a job; woken at every change of it.
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct Key: Hashable {
        let copy: Int
        let id: String
    }

    private let longestJob: Duration
    var report = ReplayReport()
    private var names: [IdentityMap]
    /// States of jobs by the replay's id; nil in it for one that is gone from the live list.
    private var jobs: [String: JobState?] = [:]
    /// Who waits for a job to get a name, by the recorded one, and to change, by the replay's.
    private var waiters: [Key: [Waiter]] = [:]
    private var lastWaiter = 0
    private var news = ChangeTimes()
    private var created: Set<String> = []
    /// Whether nobody tells of jobs any more.
    private var isBlind = false
    /// Recorded jobs that could not be made.
    private var failures: Set<Key> = []

    init(_ replay: Replay, start: Start) {
        longestJob = replay.longestJob
        names = (0..<replay.copies).map { copy in
            IdentityMap(
                suffix: replay.copies == 1 ? "-\(replay.tag)" : "-\(replay.tag)-\(copy + 1)",
                epoch: replay.script.epoch,
                replayed: (start.epoch, start.seq)
            )
        }
        for problem in replay.script.problems { report.note(problem: problem) }
    }

    // MARK: Names

    /// A call's params as a copy sends them.
    func params(of call: RecordedCall, copy: Int) -> JSONObject {
        names[copy].mapped(call.params, of: call.method)
    }

    /// The name of a recorded job in a copy; nil if it was not made.
    func name(of id: String, copy: Int) -> String? { names[copy][id] }

    // MARK: Waiting

    /// Waits for what a call needs; says so if it does not come.
    func wait(for need: CallNeed, copy: Int) async {
        let deadline = ContinuousClock.now + longestJob
        while !isMet(need, copy: copy) {
            // That it could not be made, or that nothing is heard any more, is told already.
            guard !isBlind, !failures.contains(Key(copy: copy, id: need.id)) else { return }
            let name = names[copy][need.id]
            let key = name.map { Key(copy: -1, id: $0) } ?? Key(copy: copy, id: need.id)
            guard await change(of: key, before: deadline) || isBlind else {
                report.note(
                    difference: "job \(need.id) was waited for in vain: it is not \(need.word)"
                )
                return
            }
        }
    }

    /// Waits for a job to end or go, and tells whether it did.
    func waitForEnd(
        of id: String,
        copy: Int,
        before deadline: ContinuousClock.Instant
    ) async -> Bool {
        while !isMet(.ended(id), copy: copy) {
            guard let name = names[copy][id] else { return false }
            guard await change(of: Key(copy: -1, id: name), before: deadline) else { return false }
        }
        return true
    }

    private func isMet(_ need: CallNeed, copy: Int) -> Bool {
        guard let name = names[copy][need.id] else { return false }
        if case .made = need { return true }
        guard let entry = jobs[name] else { return false }
        // What is gone from the list is archived or removed, and so it is over.
        guard let state = entry else { return true }
        if case .ended = need { return state.isFinal }
        return state != .waiting
    }

    private func change(of key: Key, before deadline: ContinuousClock.Instant) async -> Bool {
        guard !isBlind, ContinuousClock.now < deadline else { return false }
        lastWaiter += 1
        let number = lastWaiter
        let alarm = Task {
            do { try await Task.sleep(until: deadline) } catch { return }
            giveUp(number, key)
        }
        await withCheckedContinuation {
            waiters[key, default: []].append(Waiter(number: number, continuation: $0))
        }
        alarm.cancel()
        return true
    }

    private func giveUp(_ number: Int, _ key: Key) {
        guard let waiter = waiters[key]?.first(where: { $0.number == number }) else { return }
        waiters[key]?.removeAll { $0.number == number }
        waiter.continuation.resume()
    }

    private func wake(_ key: Key) {
        for waiter in waiters.removeValue(forKey: key) ?? [] { waiter.continuation.resume() }
    }

    // MARK: What came

    /// Notes the answer to a call.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - outcome: Its answer.
    ///   - sent: When it was sent.
    ///   - came: When the answer came.
    ///   - copy: Whose call it was.
    ///   - place: Where the call stands in the recording, for people.
    func answered(
        _ call: RecordedCall,
        _ outcome: CallOutcome,
        sent: ContinuousClock.Instant,
        came: ContinuousClock.Instant,
        copy: Int,
        place: String
    ) {
        report.answers += 1
        report.methods[call.method, default: Latencies()].record(came - sent)
        if let old = call.outcome?.result, let new = outcome.result {
            names[copy].learn(call.method, recorded: old, replayed: new)
        }
        if call.method == "jobs.new", let id = call.outcome?.result?["_id"]?.stringValue {
            let key = Key(copy: copy, id: id)
            if outcome.result == nil { failures.insert(key) }
            wake(key)
        }
        if call.outcome != nil {
            report.comparedAnswers += 1
            if let difference = AnswerComparison.difference(call, outcome, names[copy]) {
                report.note(difference: "\(place), \(call.method): \(difference)")
            }
        }
        check(call, outcome)
        if let seq = outcome.changeSeq(call.method) {
            if let latency = news.asked(seq, at: sent) { report.pushes.record(latency) }
        }
    }

    /// More than was asked for would make every figure worthless.
    private func check(_ call: RecordedCall, _ outcome: CallOutcome) {
        guard let result = outcome.result else { return }
        if call.method == "jobs.new", result["created"]?.boolValue == true,
            let id = result["_id"]?.stringValue, !created.insert(id).inserted
        {
            report.note(problem: "the server says that it made job \(id) twice")
        }
        let limit = call.params["limit"]?.integerValue ?? 100
        if call.method == "jobs.find", let jobs = result["jobs"]?.arrayValue, jobs.count > limit {
            report.note(problem: "the server gave \(jobs.count) jobs where \(limit) were asked for")
        }
    }

    /// Notes what the observer was told.
    func observed(_ params: JSONObject, at moment: ContinuousClock.Instant) {
        for document in params["put"]?.arrayValue ?? [] {
            guard let id = document["_id"]?.stringValue,
                let state = document["state"]?.stringValue.flatMap(JobState.init)
            else { continue }
            jobs[id] = state
            wake(Key(copy: -1, id: id))
        }
        for id in params["del"]?.arrayValue ?? [] {
            guard let id = id.stringValue else { continue }
            jobs[id] = .some(nil)
            wake(Key(copy: -1, id: id))
        }
        guard params["sync"]?.boolValue != true, let seq = params["seq"]?.countValue else {
            return
        }
        for latency in news.told(upTo: seq, at: moment) { report.pushes.record(latency) }
    }

    /// Notes that nothing more is heard of jobs; nobody waits for them any more.
    func observerLost() {
        isBlind = true
        report.note(problem: "the connection that followed the jobs broke")
        for key in Array(waiters.keys) { wake(key) }
    }

    func strayAnswer() {
        report.note(problem: "more answers came than calls were sent")
    }

    func note(difference: String) {
        report.note(difference: difference)
    }

    func note(problem: String) {
        report.note(problem: problem)
    }

    func opened(after time: Duration) {
        report.connections += 1
        report.connecting.record(time)
    }

    func sent(calls: Int, late: Duration?) {
        report.calls += calls
        if let late { report.lateness.record(late) }
    }

    func skippedLogin() {
        report.skippedLogins += 1
    }

    func comparedJob() {
        report.comparedJobs += 1
    }

    /// The report, with what the figures themselves say about their worth.
    func report(duration: Duration, processorTime: Duration) -> ReplayReport {
        report.duration = duration
        report.processorTime = processorTime
        report.judge()
        return report
    }
}

extension CallNeed {
    fileprivate var word: String {
        switch self {
        case .made: "made"
        case .started: "started"
        case .ended: "over"
        }
    }
}

extension CallOutcome {
    /// The position of the change that a call made; nil if it made none.
    fileprivate func changeSeq(_ method: String) -> Int? {
        guard let result, let seq = result["seq"]?.countValue else { return nil }
        switch method {
        case "jobs.new": return result["created"]?.boolValue == true ? seq : nil
        case "jobs.cancel", "jobs.archive", "jobs.remove":
            let isAny = result["jobs"]?.objectValue?.values.contains { $0.stringValue != nil }
            return isAny == true ? seq : nil
        default: return nil
        }
    }
}
