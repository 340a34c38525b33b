import JobModel
import JobStorage
import Testing

@Suite("The store in memory")
struct InMemoryJobStoreTests {
    @Test("Can be made to fail, before a commit or after it")
    func failures() async throws {
        let store = InMemoryJobStore()
        let (a, b) = (try makeJob("a"), try makeJob("b"))
        store.failNextCommit(.before)
        store.failNextCommit(.after)
        await #expect(throws: JobStoreError.self) { try await store.commit([.insert(a)]) }
        #expect(await store.job(a.id) == nil)
        await #expect(throws: JobStoreError.self) { try await store.commit([.insert(a)]) }
        #expect(await store.job(a.id) == a)
        #expect(try await store.commit([.insert(b)]) == 2)
    }
}
