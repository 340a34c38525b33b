import JobModel
import TestSupport
import Testing

@testable import JobScheduling

@Suite("The index of sizes")
struct SizeIndexTests {
    /// The first place of all sizes that fit, found by looking at each of them.
    private func firstByWalking(
        _ places: [Resources: QueuePlace],
        fittingIn free: Resources
    ) -> SizeIndex.Entry? {
        places.filter { $0.key.fits(in: free) }.min { $0.value < $1.value }
            .map { SizeIndex.Entry(place: $0.value, size: $0.key) }
    }

    @Test("Finds what a walk over all sizes finds, while they come and go", arguments: 1...20)
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let corner = Resources(proc: [1, 7, 8, 200][seed % 4], mem: [3, 64, 1000][seed % 3])
        var index = SizeIndex(upTo: corner)
        var places: [Resources: QueuePlace] = [:]
        for step in 0..<2000 {
            let size = Resources(
                proc: .random(in: 0...corner.proc, using: &generator),
                mem: .random(in: 0...corner.mem, using: &generator)
            )
            if Bool.random(using: &generator),
                let gone = places.keys.randomElement(using: &generator)
            {
                places[gone] = nil
                index.set(nil, of: gone)
            } else {
                let priority = Int.random(in: -1...1, using: &generator)
                places[size] = QueuePlace(priority: priority, arrival: step)
                index.set(places[size], of: size)
            }
            let free = Resources(
                proc: .random(in: -1...corner.proc + 2, using: &generator),
                mem: .random(in: -1...corner.mem + 2, using: &generator)
            )
            #expect(index.first(fittingIn: free) == firstByWalking(places, fittingIn: free))
        }
        for size in places.keys { index.set(nil, of: size) }
        #expect(index.first(fittingIn: corner) == nil)
    }

    @Test("Holds the largest sizes that there can be, and nothing at all")
    func extremes() {
        var index = SizeIndex(upTo: Resources(proc: .max, mem: .max))
        let place = QueuePlace(priority: 0, arrival: 1)
        index.set(place, of: Resources(proc: .max, mem: .max))
        #expect(index.first(fittingIn: Resources(proc: .max, mem: .max - 1)) == nil)
        #expect(index.first(fittingIn: Resources(proc: .max, mem: .max))?.place == place)
        var none = SizeIndex(upTo: .zero)
        none.set(place, of: .zero)
        #expect(none.first(fittingIn: Resources(proc: 5, mem: 5))?.place == place)
        #expect(none.first(fittingIn: Resources(proc: 0, mem: -1)) == nil)
        #expect(!none.covers(Resources(proc: 1, mem: 0)))
    }
}
