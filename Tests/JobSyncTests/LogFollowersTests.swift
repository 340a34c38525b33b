import JobModel
import Testing
import WebSockets

@testable import JobSync

@Suite("Followers of logs")
struct LogFollowersTests {
    @Test("Only who follows a job is told of it, and nothing is kept of those who have gone")
    func index() {
        let first = ConnectionID(rawValue: 1)
        let second = ConnectionID(rawValue: 2)
        var followers = LogFollowers()
        #expect(followers.isEmpty)
        followers.insert(second, of: "a")
        followers.insert(first, of: "a")
        followers.insert(first, of: "a")
        followers.insert(first, of: "b")
        #expect(followers["a"] == [first, second])
        #expect(followers["b"] == [first])
        #expect(followers["c"].isEmpty)
        followers.remove(first, of: "a")
        followers.remove(first, of: "a")
        #expect(followers["a"] == [second])
        followers.remove(second, of: "a")
        followers.remove(first, of: "b")
        followers.remove(first, of: "c")
        #expect(followers.isEmpty)
    }
}
