import JobProtocol
import Synchronization
import Testing

@testable import JobSync

@Suite("Turns", .timeLimit(.minutes(6)))
struct TurnsTests {
    /// Who has begun, in order; each goes on until it is let go.
    private actor Book {
        private(set) var begun: [String] = []
        private var held: [String: CheckedContinuation<Void, Never>] = [:]
        private var waiters: [(count: Int, CheckedContinuation<Void, Never>)] = []

        func begin(_ name: String) async {
            await withCheckedContinuation { continuation in
                held[name] = continuation
                begun.append(name)
                waiters.removeAll { count, waiter in
                    guard begun.count >= count else { return false }
                    waiter.resume()
                    return true
                }
            }
        }

        func wait(for count: Int) async {
            guard begun.count < count else { return }
            await withCheckedContinuation { waiters.append((count, $0)) }
        }

        func letGo(_ name: String) { held.removeValue(forKey: name)?.resume() }
    }

    private let turns = Turns(2)
    private let book = Book()

    /// Asks for a turn, and waits in line before this comes back if there is none.
    private func ask(_ name: String, for user: String) -> Task<Bool, Never> {
        Task.immediate { [turns, book] in
            do throws(RPCError) {
                try await turns.take(for: user) { () async throws(RPCError) in
                    await book.begin(name)
                }
                return true
            } catch {
                return false
            }
        }
    }

    @Test("Who asks for much waits for his own, and others have their turn between")
    func fairness() async {
        var tasks = (1...4).map { ask("a\($0)", for: "ada") }
        await book.wait(for: 2)
        tasks += ["b1", "b2"].map { ask($0, for: "ben") }
        for (name, count) in [("a1", 3), ("a2", 4), ("b1", 5), ("a3", 6)] {
            await book.letGo(name)
            await book.wait(for: count)
        }
        #expect(await book.begun == ["a1", "a2", "b1", "a3", "b2", "a4"])
        for name in ["b2", "a4"] { await book.letGo(name) }
        for task in tasks { #expect(await task.value) }
    }

    @Test("Who has gone leaves the line, and nothing is done for him")
    func gone() async {
        let first = ["a", "b"].map { ask($0, for: $0) }
        await book.wait(for: 2)
        let gone = ask("gone", for: "c")
        let last = ask("last", for: "d")
        gone.cancel()
        #expect(await !gone.value)
        await book.letGo("a")
        await book.wait(for: 3)
        #expect(await book.begun == ["a", "b", "last"])
        for name in ["b", "last"] { await book.letGo(name) }
        for task in first + [last] { #expect(await task.value) }
        // All turns are free again.
        let next = ["e", "f"].map { ask($0, for: $0) }
        await book.wait(for: 5)
        for name in ["e", "f"] { await book.letGo(name) }
        for task in next { #expect(await task.value) }
    }
}
