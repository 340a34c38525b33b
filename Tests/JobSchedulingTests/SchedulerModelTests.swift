import JobModel
import JobScheduling
import TestSupport
import Testing

/// The same rules written as slowly and plainly as can be, to compare with.
private struct PlainScheduler {
    var machine: Resources
    var limits: [String: Int] = [:]
    var waiting: [(request: JobRequest, arrival: Int)] = []
    var resting: [JobRequest] = []
    /// How many jobs may start; nil for any number.
    var permits: Int?
    var running: [JobRequest] = []
    var arrivals = 0

    var used: Resources { running.reduce(.zero) { $0 + $1.shape.resources } }

    mutating func pass() -> [SchedulerAction] {
        var actions: [SchedulerAction] = []
        while true {
            let order = waiting.sorted {
                ($1.request.priority, $0.arrival) < ($0.request.priority, $1.arrival)
            }
            let next = order.first { waiter in
                let task = waiter.request.shape.task
                let count = running.filter { $0.shape.task == task }.count
                return waiter.request.shape.resources.fits(in: machine - used)
                    && limits[task].map { count < $0 } != false
            }
            guard let next, permits != 0 else { return actions }
            permits = permits.map { $0 - 1 }
            waiting.removeAll { $0.request.id == next.request.id }
            running.append(next.request)
            actions.append(.start(next.request.id))
        }
    }

    /// What keeps a job from starting even in an idle machine, in a word.
    private func hold(on request: JobRequest) -> String? {
        let task = request.shape.task
        if !request.shape.resources.fits(in: machine) { return "\(task) unschedulable" }
        let count = running.filter { $0.shape.task == task }.count
        return limits[task].flatMap { count >= $0 ? "\(task) held" : nil }
    }

    /// The line that a job stands in and its place there.
    func place(of waiter: (request: JobRequest, arrival: Int)) -> (WaitingLineName, Int) {
        let hold = hold(on: waiter.request)
        let ahead = waiting.filter { other in
            (waiter.request.priority, other.arrival) < (other.request.priority, waiter.arrival)
                && self.hold(on: other.request) == hold
        }
        return (hold == nil ? .queue : .task, ahead.count + 1)
    }

    mutating func handle(_ event: SchedulerEvent) -> [SchedulerAction] {
        switch event {
        case .jobArrived(let request):
            arrivals += 1
            waiting.append((request, arrivals))
            resting.removeAll { $0.id == request.id }
        case .jobRested(let request, until: _): resting.append(request)
        case .jobWithdrawn(let id):
            waiting.removeAll { $0.request.id == id }
            resting.removeAll { $0.id == id }
        case .startingHindered(let hindrance): permits = hindrance?.permits
        case .jobEnded(let id): running.removeAll { $0.id == id }
        case .taskLimitChanged(let task, let limit): limits[task] = limit
        case .machineChanged(let machine): self.machine = machine
        case .jobFoundRunning, .jobFoundRunningElsewhere, .startingPaused:
            Issue.record("not part of this test")
        }
        return pass()
    }
}

@Suite("Scheduler against a plain model")
struct SchedulerModelTests {
    @Test("Decides as the plain rules do, for random histories", arguments: 1...40)
    func random(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var plain = PlainScheduler(machine: Resources(proc: 8, mem: 16))
        var state = SchedulerState(machine: plain.machine)
        for step in 0..<400 {
            let event = event(step, plain, using: &generator)
            let expected = plain.handle(event)
            #expect(state.handle(event) == expected, "step \(step)")
            #expect(state.used == plain.used)
            #expect(state.waitingCount == plain.waiting.count + plain.resting.count)
            #expect(plain.running.count == state.running.count)
            try checkReports(state, plain)
        }
    }

    private func event(
        _ step: Int,
        _ plain: PlainScheduler,
        using generator: inout SeededGenerator
    ) -> SchedulerEvent {
        let task = ["a", "b", "c"].randomElement(using: &generator) ?? "a"
        switch Int.random(in: 0..<23, using: &generator) {
        case 0..<9:
            let resources = Resources(
                proc: .random(in: 1...5, using: &generator),
                mem: .random(in: 1...8, using: &generator)
            )
            return .jobArrived(
                JobRequest(
                    id: "j\(step)",
                    shape: JobShape(task: task, resources: resources, username: "u"),
                    priority: .random(in: -1...1, using: &generator)
                )
            )
        case 9..<15:
            return .jobEnded(plain.running.randomElement(using: &generator)?.id ?? "x")
        case 15..<18:
            let waiters = plain.waiting.map(\.request) + plain.resting
            return .jobWithdrawn(waiters.randomElement(using: &generator)?.id ?? "x")
        case 18:
            let limit = [nil, 0, 1, 2, 3].randomElement(using: &generator) ?? nil
            return .taskLimitChanged(task: task, limit: limit)
        case 19:
            let permits = [nil, nil, 0, 1, 2].randomElement(using: &generator) ?? nil
            return .startingHindered(permits.map { StartHindrance(cause: "c", permits: $0) })
        case 20:
            let shape = JobShape(
                task: task,
                resources: Resources(proc: 1, mem: 1),
                username: "u"
            )
            let end = Timestamp(microseconds: step)
            return .jobRested(JobRequest(id: "r\(step)", shape: shape), until: end)
        case 21 where !plain.resting.isEmpty:
            return .jobArrived(plain.resting[0])
        default:
            return .machineChanged(
                Resources(proc: .random(in: 3...9, using: &generator), mem: 16)
            )
        }
    }

    private func checkReports(_ state: SchedulerState, _ plain: PlainScheduler) throws {
        for waiter in plain.waiting {
            let report = try #require(state.report(on: waiter.request.id))
            let (line, position) = plain.place(of: waiter)
            #expect(report.line == line)
            #expect(report.position == position)
        }
        for request in plain.resting {
            guard case .rest = state.report(on: request.id)?.reason else {
                Issue.record("\(request.id) rests")
                continue
            }
        }
    }

    @Test("Sixteen thousand jobs of as many sizes start as the plain rules say")
    func manySizes() {
        var plain = PlainScheduler(machine: Resources(proc: 128, mem: 128))
        var state = SchedulerState(machine: plain.machine)
        let all = JobShape(task: "a", resources: plain.machine, username: "u")
        let first = SchedulerEvent.jobArrived(JobRequest(id: "first", shape: all))
        #expect(state.handle(first) == plain.handle(first))
        var sizes: [Resources] = []
        for proc in 1...127 {
            for mem in 1...127 { sizes.append(Resources(proc: proc, mem: mem)) }
        }
        var generator = SeededGenerator(seed: 1)
        for (index, size) in sizes.shuffled(using: &generator).enumerated() {
            let shape = JobShape(task: "a", resources: size, username: "u")
            let request = JobRequest(id: "j\(index)", shape: shape, priority: index % 3)
            #expect(state.handle(.jobArrived(request)) == [])
            plain.waiting.append((request, index + 2))
        }
        plain.arrivals = sizes.count + 1
        for _ in 0..<3 {
            guard let id = plain.running.first?.id else { return }
            #expect(state.handle(.jobEnded(id)) == plain.handle(.jobEnded(id)))
        }
        #expect(state.running.count == plain.running.count)
        #expect(state.waitingCount == plain.waiting.count)
    }

    @Test("A hundred thousand waiting jobs enter, leave and are counted")
    func manyJobs() {
        var state = SchedulerState(machine: Resources(proc: 1, mem: 1))
        let shape = JobShape(task: "a", resources: Resources(proc: 1, mem: 1), username: "u")
        let ids: [JobID] = (0..<100_000).map { "j\($0)" }
        for id in ids { _ = state.handle(.jobArrived(JobRequest(id: id, shape: shape))) }
        #expect(state.waitingCount == 99_999)
        for id in ids.dropFirst().enumerated().filter({ $0.offset.isMultiple(of: 2) }) {
            _ = state.handle(.jobWithdrawn(id.element))
        }
        #expect(state.report(on: ids[99_998])?.position == 49_999)
        var ended = ids[0]
        for expected in ids.dropFirst(2).enumerated().filter({ $0.offset.isMultiple(of: 2) }) {
            #expect(state.handle(.jobEnded(ended)) == [.start(expected.element)])
            ended = expected.element
        }
    }
}
