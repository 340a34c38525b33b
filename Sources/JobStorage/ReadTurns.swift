import Synchronization

/// Lets a few long reads at a time into a store, so that short ones need not wait for them.
///
/// The others wait in the order in which they came.
package final class ReadTurns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Those before it have had their turn.
        var first = 0
    }

    private let state: Mutex<State>

    /// Begins with all turns free.
    ///
    /// - Parameter count: How many reads may be under way at once.
    package init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Reads when there is a turn.
    ///
    /// - Parameter read: What takes long.
    /// - Returns: What it returns.
    /// - Throws: What it throws.
    package func run<Value, Failure: Error>(
        _ read: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await take()
        defer { give() }
        return try await read()
    }

    private func take() async {
        await withCheckedContinuation { turn in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(turn)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { turn.resume() }
        }
    }

    private func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.first < state.waiting.count else {
                state.free += 1
                return nil
            }
            let next = state.waiting[state.first]
            state.first += 1
            if state.first * 2 >= state.waiting.count {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return next
        }
        next?.resume()
    }
}
