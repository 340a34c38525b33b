import JSON
import JobModel
import JobStorage
import TestSupport
import Testing

@Suite("Finding jobs", .timeLimit(.minutes(6)))
struct FindTests {
    /// Jobs with few different dates, so that many are equal in every order.
    static func randomJobs(_ count: Int, seed: UInt64) throws -> [Job] {
        var generator = SeededGenerator(seed: seed)
        var ids: Set<JobID> = []
        while ids.count < count { ids.insert(.random(using: &generator)) }
        return try ids.sorted().map { id in
            let date = dawn + .seconds(Int.random(in: 0..<9, using: &generator))
            var job = try makeJob(
                id.rawValue,
                task: ["add_host", "nuvs", "quote's"].randomElement(using: &generator) ?? "",
                username: ["igboyes", "ada"].randomElement(using: &generator) ?? "",
                at: date
            )
            let state = JobState.allCases.randomElement(using: &generator) ?? .waiting
            if state != .waiting {
                let delay = Int.random(in: 0..<5, using: &generator)
                job.record(state: state, at: date + .seconds(delay))
            }
            if state.isFinal, Bool.random(using: &generator) { job.archive(at: job.updated) }
            return job
        }
    }

    /// What the words of the protocol mean, written down once more and as plainly as possible.
    static func expected(_ query: JobQuery, among jobs: [Job]) -> [MinimalJob] {
        let sorted = jobs.map(SyncProcessor.minimalJob(of:))
            .filter { job in
                (query.filter.tasks.map { $0.contains(ExactText(job.task)) } ?? true)
                    && (query.filter.states.map { $0.contains(job.state) } ?? true)
                    && (query.filter.usernames.map { $0.contains(ExactText(job.username)) } ?? true)
                    && (query.filter.ids.map { $0.contains(job.id) } ?? true)
                    && (query.filter.archived.map { $0 == job.archived } ?? true)
            }
            .sorted { left, right in
                let (first, second) = (query.sort.date(of: left), query.sort.date(of: right))
                return first == second ? left.id < right.id : first < second
            }
        return query.sort.isDescending ? sorted.reversed() : sorted
    }

    static func allPages(of query: JobQuery, in store: any JobStore) async throws -> [MinimalJob] {
        var query = query
        var found: [MinimalJob] = []
        while true {
            let page = try await store.find(query)
            found += page.jobs
            guard let after = page.after else { return found }
            #expect(page.jobs.count == query.limit)
            // Clients see the mark as text only.
            query.after = JobPage.Mark(after.description)
            #expect(query.after == after)
        }
    }

    @Test(
        "Pages over thousands with equal dates repeat nothing and leave nothing out",
        arguments: StoreKind.allCases,
        JobSortOrder.allCases
    )
    func paging(kind: StoreKind, sort: JobSortOrder) async throws {
        let jobs = try Self.randomJobs(2000, seed: 7)
        try await kind.withStore { store in
            _ = try await store.commit(jobs.map { .insert($0) })
            for limit in [1000, 333, 100] {
                let query = JobQuery(sort: sort, limit: limit)
                let found = try await Self.allPages(of: query, in: store)
                #expect(found == Self.expected(query, among: jobs))
            }
        }
    }

    @Test("The last page says that it is the last, full or not", arguments: StoreKind.allCases)
    func lastPage(kind: StoreKind) async throws {
        try await kind.withStore { store in
            _ = try await store.commit(try (0..<10).map { .insert(try makeJob("j\($0)")) })
            #expect(try await store.find(JobQuery(limit: 10)).after == nil)
            #expect(try await store.find(JobQuery(limit: 9)).after != nil)
            #expect(try await store.find(JobQuery(limit: 11)).after == nil)
        }
    }

    @Test("Any combination of filters finds what it means", arguments: StoreKind.allCases)
    func filters(kind: StoreKind) async throws {
        let jobs = try Self.randomJobs(300, seed: 11)
        var generator = SeededGenerator(seed: 13)
        try await kind.withStore { store in
            _ = try await store.commit(jobs.map { .insert($0) })
            for _ in 0..<300 {
                func some<Value>(_ values: [Value]) -> Set<Value>? {
                    guard Bool.random(using: &generator) else { return nil }
                    return Set(values.filter { _ in Bool.random(using: &generator) })
                }
                let filter = JobFilter(
                    tasks: some(["add_host", "nuvs", "quote's", "unknown"]),
                    states: some(JobState.allCases),
                    usernames: some(["igboyes", "ada", "eve"]),
                    ids: some(jobs.map(\.id)),
                    archived: [nil, true, false].randomElement(using: &generator) ?? nil
                )
                let query = JobQuery(
                    filter: filter,
                    sort: JobSortOrder.allCases.randomElement(using: &generator) ?? .added,
                    limit: Int.random(in: 1...50, using: &generator)
                )
                let found = try await Self.allPages(of: query, in: store)
                #expect(found == Self.expected(query, among: jobs))
            }
        }
    }
}
