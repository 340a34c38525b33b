import JSON
import JobProtocol
import Synchronization

/// Turns at what takes much memory while it is made: so many at a time, of all clients together.
///
/// Users share them. Who asks for much at once waits for his own: a free turn goes to whoever's user has the fewest
/// at the moment, and among these to who has waited longest.
final class Turns: Sendable {
    private struct Waiter {
        let number: Int
        let user: ExactText
        /// Is told whether the turn has come, or else that nobody waits for it any more.
        let turn: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var waiting: [Waiter] = []
        var lastNumber = 0
        var count = 0
        var ofUser: [ExactText: Int] = [:]

        mutating func begin(_ user: ExactText) {
            count += 1
            ofUser[user, default: 0] += 1
        }

        mutating func end(_ user: ExactText) {
            count -= 1
            let rest = ofUser[user, default: 1] - 1
            ofUser[user] = rest > 0 ? rest : nil
        }

        /// Takes out who is next.
        mutating func next() -> Waiter? {
            let fewest = waiting.indices.min {
                ofUser[waiting[$0].user, default: 0] < ofUser[waiting[$1].user, default: 0]
            }
            return fewest.map { waiting.remove(at: $0) }
        }
    }

    private let most: Int
    private let state = Mutex(State())

    init(_ most: Int) { self.most = most }

    /// Does something when its turn has come.
    ///
    /// - Parameters:
    ///   - user: Who asks for it.
    ///   - body: What to do.
    /// - Returns: What the body returned.
    /// - Throws: What the body threw; that the connection is closed, if the task was cancelled before.
    func take<Value>(
        for user: String,
        _ body: () async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        let user = ExactText(user)
        guard await begin(user) else { throw .connectionClosed }
        defer { end(user) }
        guard !Task.isCancelled else { throw .connectionClosed }
        return try await body()
    }

    private func begin(_ user: ExactText) async -> Bool {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let hasTurn: Bool? = state.withLock { state in
                    // Who is cancelled later is found among those who wait.
                    if Task.isCancelled { return false }
                    if state.count < most {
                        state.begin(user)
                        return true
                    }
                    state.waiting.append(Waiter(number: number, user: user, turn: turn))
                    return nil
                }
                if let hasTurn { turn.resume(returning: hasTurn) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func giveUp(_ number: Int) {
        let waiter = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        waiter?.turn.resume(returning: false)
    }

    private func end(_ user: ExactText) {
        let next = state.withLock { state in
            state.end(user)
            let next = state.next()
            if let next { state.begin(next.user) }
            return next
        }
        next?.turn.resume(returning: true)
    }
}
