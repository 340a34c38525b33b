import JobModel
import JobRunning
import Synchronization

/// What runs on all machines together, to see that no job runs twice.
final class World: Sendable {
    private let state = Mutex<(living: [JobID: Int], starts: [JobID: Int])>(([:], [:]))

    private let lines = Mutex<[JobID: [String]]>([:])

    func note(_ line: String, about id: JobID) {
        lines.withLock { $0[id, default: []].append(line) }
    }

    /// What servers had done with a job and what it did itself, for whoever looks for a fault.
    func trace(of id: JobID) -> String {
        lines.withLock { $0[id, default: []].joined(separator: "; ") }
    }

    func began(_ id: JobID) {
        state.withLock { state in
            state.living[id, default: 0] += 1
            state.starts[id, default: 0] += 1
        }
    }

    func ended(_ id: JobID) { state.withLock { $0.living[id, default: 0] -= 1 } }

    var starts: [JobID: Int] { state.withLock { $0.starts } }
    var living: Set<JobID> { state.withLock { Set($0.living.filter { $0.value > 0 }.keys) } }
}

/// A machine whose jobs go on whatever becomes of its server, each with a journal.
final class SimulatedMachine: Sendable {
    struct Run {
        var journal: [JobFact] = []
        var isAlive = true
    }

    private struct State {
        var runs: [JobID: Run] = [:]
        /// The jobs that the server at work knows of.
        var known: Set<JobID> = []
        /// The server at work; facts of earlier ones are heard by nobody.
        var runner: SimulatedRunner?
        var clock = 1_000_000_000
        /// How many jobs cannot be started.
        var lacks = 0
    }

    private let world: World
    private let name: String
    private let state = Mutex(State())

    init(world: World, name: String) {
        self.world = world
        self.name = name
    }

    func note(_ line: String, about id: JobID) { world.note("\(name): \(line)", about: id) }

    /// The runner of a server that starts now; that of the one before does nothing any more.
    func makeRunner() -> SimulatedRunner {
        let runner = SimulatedRunner(machine: self)
        state.withLock { state in
            state.runner = runner
            state.known = []
        }
        return runner
    }

    var living: [JobID] {
        state.withLock { state in state.runs.filter { $0.value.isAlive }.keys.sorted() }
    }

    /// Something happens to a job that runs.
    func happen(_ content: JobFact.Content, to id: JobID) {
        state.withLock { state in
            guard state.runs[id]?.isAlive == true else { return }
            state.clock += 1000
            let date = Timestamp(microseconds: state.clock)
            let fact = JobFact(id: id, content: content, date: date)
            state.runs[id]?.journal.append(fact)
            note("\(content)", about: id)
            let isEnd = if case .ended = content { true } else { false }
            if isEnd {
                state.runs[id]?.isAlive = false
                world.ended(id)
            }
            guard state.known.contains(id) else { return }
            if isEnd { state.known.remove(id) }
            state.runner?.teller.yield(fact)
        }
    }

    /// The next job that is to be started cannot be.
    func lack() { state.withLock { $0.lacks += 1 } }

    func start(_ id: JobID, number: Int, by runner: SimulatedRunner) {
        state.withLock { state in
            guard state.runner === runner, state.known.insert(id).inserted else { return }
            guard let run = state.runs[id] else {
                guard state.lacks == 0 else {
                    state.lacks -= 1
                    state.known.remove(id)
                    note("not started", about: id)
                    let date = Timestamp(microseconds: state.clock)
                    let content = JobFact.Content.notStarted(
                        LaunchProblem("nothing left"),
                        order: number
                    )
                    runner.teller.yield(JobFact(id: id, content: content, date: date))
                    return
                }
                state.runs[id] = Run()
                world.began(id)
                return
            }
            for fact in run.journal { runner.teller.yield(fact) }
            if !run.isAlive { state.known.remove(id) }
        }
    }

    func cancel(_ id: JobID, by runner: SimulatedRunner) {
        let isKnown = state.withLock { $0.runner === runner && $0.known.contains(id) }
        if isKnown { happen(.ended(JobEnd(state: .cancelled)), to: id) }
    }

    func forget(_ id: JobID, by runner: SimulatedRunner) {
        state.withLock { state in
            guard state.runner === runner, !state.known.contains(id),
                state.runs[id]?.isAlive == false
            else { return }
            state.runs[id] = nil
        }
    }

    func sweep(keeping known: Set<JobID>, by runner: SimulatedRunner) -> [JobID] {
        state.withLock { state in
            guard state.runner === runner else { return [] }
            var strays: [JobID] = []
            for (id, run) in state.runs where !known.contains(id) && !state.known.contains(id) {
                if run.isAlive {
                    strays.append(id)
                } else {
                    note("swept", about: id)
                    state.runs[id] = nil
                }
            }
            return strays
        }
    }
}

/// What one server has to do with a simulated machine.
final class SimulatedRunner: JobRunner {
    let facts: AsyncStream<JobFact>
    let teller: AsyncStream<JobFact>.Continuation
    private let machine: SimulatedMachine

    init(machine: SimulatedMachine) {
        self.machine = machine
        (facts, teller) = AsyncStream.makeStream()
    }

    func start(_ order: LaunchOrder) async {
        machine.note("start", about: order.id)
        machine.start(order.id, number: order.number, by: self)
    }

    func traces(of ids: [JobID]) async -> Set<JobID> { [] }
    func adopt(_ order: LaunchOrder) async {
        machine.note("adopt", about: order.id)
        machine.start(order.id, number: order.number, by: self)
    }

    func cancel(_ id: JobID, reason: String) async {
        machine.note("cancel", about: id)
        machine.cancel(id, by: self)
    }

    func forget(_ id: JobID) async {
        machine.note("forget", about: id)
        machine.forget(id, by: self)
    }

    func sweep(keeping known: Set<JobID>) async -> [JobID] {
        machine.sweep(keeping: known, by: self)
    }

    func renewLease(until end: ContinuousClock.Instant) async {}

    func leftovers(of ids: [JobID], epoch: String, seq: Int) async -> [JobID] { [] }
    func removeLog(_ id: JobID) async {}
}
