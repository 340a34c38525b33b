import JobModel
import JobRunning
import Synchronization

/// A runner whose jobs do just what a test says; the real one has tests of its own.
final class PuppetRunner: JobRunner {
    enum Order: Hashable, Sendable {
        case start(JobID)
        case adopt(JobID)
        case cancel(JobID)
        case forget(JobID)
        case removeLog(JobID)
    }

    let facts: AsyncStream<JobFact>
    let orders: AsyncStream<Order>
    /// The jobs that have left something behind.
    let traced = Mutex<Set<JobID>>([])
    /// What was said of the past of jobs that were taken up.
    let pasts = Mutex<[JobID: LaunchPast]>([:])
    private let numbers = Mutex<[JobID: Int]>([:])
    private let teller: AsyncStream<JobFact>.Continuation
    private let taker: AsyncStream<Order>.Continuation

    init() {
        (facts, teller) = AsyncStream.makeStream()
        (orders, taker) = AsyncStream.makeStream()
    }

    func tell(_ id: JobID, _ content: JobFact.Content, at date: Timestamp) {
        teller.yield(JobFact(id: id, content: content, date: date))
    }

    /// Tells that a job could not be started.
    func refuse(_ id: JobID, because problem: LaunchProblem, at date: Timestamp) {
        let number = numbers.withLock { $0[id, default: 0] }
        tell(id, .notStarted(problem, order: number), at: date)
    }

    func start(_ order: LaunchOrder) async {
        numbers.withLock { $0[order.id] = order.number }
        taker.yield(.start(order.id))
    }
    func traces(of ids: [JobID]) async -> Set<JobID> {
        traced.withLock { $0.intersection(ids) }
    }
    func adopt(_ order: LaunchOrder) async {
        pasts.withLock { $0[order.id] = order.past }
        taker.yield(.adopt(order.id))
    }
    func cancel(_ id: JobID, reason: String) async { taker.yield(.cancel(id)) }
    func forget(_ id: JobID) async { taker.yield(.forget(id)) }
    func sweep(keeping known: Set<JobID>) async -> [JobID] { [] }
    func renewLease(until end: ContinuousClock.Instant) async {}
    func leftovers(of ids: [JobID], epoch: String, seq: Int) async -> [JobID] { ids }
    func removeLog(_ id: JobID) async { taker.yield(.removeLog(id)) }
}
