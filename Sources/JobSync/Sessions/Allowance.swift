import DequeModule

/// What may be under way at a time; whoever would have more waits, in the order in which they came.
///
/// What is more than the whole allowance has its turn when nothing else is under way. Confined to the
/// front end.
final class Allowance {
    private struct Waiter {
        let share: Int
        let turn: CheckedContinuation<Void, Never>
    }

    private let whole: Int
    private var taken = 0
    private var waiting: Deque<Waiter> = []

    init(_ whole: Int) {
        self.whole = whole
    }

    /// Takes a share, if need be after others have given theirs back.
    func take(_ share: Int = 1) async {
        guard !waiting.isEmpty || !hasRoom(for: share) else {
            taken += share
            return
        }
        await withCheckedContinuation { waiting.append(Waiter(share: share, turn: $0)) }
    }

    /// Gives a share back.
    func give(_ share: Int = 1) {
        taken -= share
        letGoOn()
    }

    /// Adds what is under way already, whoever waits.
    func add(_ share: Int) { taken += share }

    /// Lets all go on who wait, for there is nothing more to be careful about.
    func letAllGoOn() {
        while let next = waiting.popFirst() {
            taken += next.share
            next.turn.resume()
        }
    }

    private func letGoOn() {
        while let next = waiting.first, hasRoom(for: next.share) {
            waiting.removeFirst()
            taken += next.share
            next.turn.resume()
        }
    }

    private func hasRoom(for share: Int) -> Bool { taken == 0 || taken + share <= whole }
}
