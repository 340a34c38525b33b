import Foundation
import FuzzedSessions
import TestSupport
import Testing

/// The short form of `scripts/fuzz`, as that of the readers.
@Suite("A server, whatever is said to it", .timeLimit(.minutes(6)))
struct FuzzedSessionsTests {
    @Test("It answers or closes, and lives on, whatever strangers and users send")
    func nobodyEndsIt() async throws {
        let folder = try ScratchFolder()
        defer { withExtendedLifetime(folder) {} }
        let sessions = try await FuzzedSessions(folder: folder.path)
        let last = folder.url.appending(path: "last")
        FileHandle.standardError.write(
            Data("should this process die, \(last.path) may be what it died of\n".utf8)
        )
        let saved = try SavedInputs()
        var mutator = Mutator(
            corners: saved.corners,
            inputs: saved.conversations,
            generator: SeededGenerator(seed: 10)
        )
        let inputs = saved.conversations + (0..<400).map { _ in mutator.next() }
        await withCheckedContinuation { done in
            // Each conversation blocks its thread.
            Thread.detachNewThread {
                for input in inputs {
                    try? Data(input).write(to: last)
                    sessions.take(input)
                }
                done.resume()
            }
        }
        sessions.take(saved.conversations[0])
    }
}
