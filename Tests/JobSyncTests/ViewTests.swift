import JobModel
import JobProtocol
import JobStorage
import TestSupport
import Testing

@testable import JobSync

/// Clients of all kinds over a log of all kinds of changes, compared with a plain dictionary.
///
/// A failure names its seed: run it again with `--filter ViewTests` and that seed alone.
@Suite("Views")
struct ViewTests {
    /// What a client is like.
    private struct Habits {
        /// In how many of a hundred steps it reads a page.
        let reading: Int
        /// In how many of a thousand steps its connection breaks.
        let breaking: Int
        /// Whether it sends a manifest when it comes back.
        let keepsManifest: Bool

        static func random(using generator: inout SeededGenerator) -> Habits {
            Habits(
                // Some read always, some hardly ever: those skip much.
                reading: [100, 40, 3].randomElement(using: &generator) ?? 40,
                breaking: [0, 5, 50].randomElement(using: &generator) ?? 5,
                keepsManifest: .random(using: &generator)
            )
        }
    }

    @Test("After quiet every view equals the store's, whatever happened", arguments: 1...60)
    func views(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var world = ModelWorld(seed: generator.next())
        var clients = (0..<12).map { _ in
            ModelClient(filter: .random(using: &generator), log: world.log)
        }
        let habits = clients.map { _ in Habits.random(using: &generator) }
        var isAway = clients.map { _ in false }
        for _ in 0..<600 {
            let floor = clients.indices.filter { !isAway[$0] }.map { clients[$0].toldOfRemovals }
            let upheavals = world.upheavals
            world.step(floor: floor.min() ?? world.log.head)
            for index in clients.indices {
                let habit = habits[index]
                let isBroken = Int.random(in: 0..<1000, using: &generator) < habit.breaking
                if isBroken || world.upheavals != upheavals { isAway[index] = true }
                guard Int.random(in: 0..<100, using: &generator) < habit.reading else { continue }
                if isAway[index] {
                    clients[index].connect(to: world.log, withManifest: habit.keepsManifest)
                    isAway[index] = false
                }
                try clients[index].read(world.log)
                // Now and then, for it takes longer than all else.
                if Int.random(in: 0..<20, using: &generator) == 0 {
                    try compare(clients[index], with: world, seed)
                }
            }
        }
        for index in clients.indices {
            if isAway[index] {
                clients[index].connect(to: world.log, withManifest: habits[index].keepsManifest)
            }
            repeat {
                try clients[index].read(world.log)
            } while !clients[index].isInStep || clients[index].cursor < world.log.head
            try compare(clients[index], with: world, seed)
        }
    }

    /// A client that has everything holds what the store holds, and what a tick would say.
    private func compare(_ client: ModelClient, with world: ModelWorld, _ seed: Int) throws {
        guard client.isInStep, client.cursor == world.log.head else { return }
        try #require(client.view == world.view(for: client.filter), "seed \(seed)")
        var digest = ViewDigest()
        for (id, held) in client.view { digest.toggle(id, version: held.version) }
        let summary = world.log.summary(for: client.filter)
        try #require(summary.count == client.view.count, "seed \(seed)")
        try #require(summary.digest == digest, "seed \(seed)")
    }
}
