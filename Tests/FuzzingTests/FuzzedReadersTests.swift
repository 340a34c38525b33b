import Foundation
import FuzzedReaders
import SystemPackage
import TestSupport
import Testing

/// The short form of `scripts/fuzz`: without libFuzzer, whose build takes minutes.
@Suite("Everything that reads what others may have written")
struct FuzzedReadersTests {
    @Test("No reader traps on what is saved, nor on what chance makes of it")
    func nobodyTraps() async throws {
        // In this process, though a reader that traps ends all other tests too: whoever waits for the end of
        // one of another test's own waits for any child of this process, and other tests have many.
        try await Self.readAll(inputs: 2_500)
    }

    /// Reads the saved inputs and so many changed ones, always the same.
    private static func readAll(inputs count: Int) async throws {
        let folder = try ScratchFolder()
        defer { withExtendedLifetime(folder) {} }
        let readers = FuzzedReaders(folder: FilePath(folder.path))
        FileHandle.standardError.write(
            Data("should this process die, \(readers.file) is what it died of\n".utf8)
        )
        let saved = try SavedInputs()
        for input in saved.inputs {
            readers.take(input)
            await Task.yield()
        }
        var mutator = Mutator(
            corners: saved.corners,
            inputs: saved.inputs,
            generator: SeededGenerator(seed: 9)
        )
        for _ in 0..<count {
            readers.take(mutator.next())
            await Task.yield()
        }
    }
}
