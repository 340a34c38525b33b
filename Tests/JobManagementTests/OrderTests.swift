import JobManagement
import JobModel
import JobStorage
import Testing

@Suite("The order of calls", .timeLimit(.minutes(6)))
struct OrderTests {
    @Test("Is that in which they were made, however urgent the callers are")
    func order() async throws {
        let laboratory = Laboratory()
        let ids = (0..<300).map { JobID(stringLiteral: "job-\($0)") }
        let priorities: [TaskPriority] = [.background, .high, .low, .userInitiated, .medium]
        try await laboratory.run { manager in
            let callers = ids.enumerated().map { number, id in
                Task.immediate(priority: priorities[number % priorities.count]) {
                    try await manager.new(.nuvs(id))
                }
            }
            for caller in callers { _ = try await caller.value }
        }
        var made: [JobID] = []
        for change in laboratory.recorder.changes {
            if case .live(let job) = change.content, job.version == 0 { made.append(job.id) }
        }
        #expect(made == ids)
    }
}
