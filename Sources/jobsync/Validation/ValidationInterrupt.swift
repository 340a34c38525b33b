import Foundation
import Synchronization

/// Whether somebody wants a validation to end, and what must end with it at once.
final class ValidationInterrupt: Sendable {
    private struct State {
        var isRaised = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Whether it is to end.
    var isRaised: Bool { state.withLock(\.isRaised) }

    /// Asks for the end; what is under way is told so.
    func raise() {
        let action = state.withLock { state in
            state.isRaised = true
            return state.action
        }
        action?()
    }

    /// Does something that takes long.
    ///
    /// - Parameters:
    ///   - action: What makes it end early; done at once if the end was asked for before.
    ///   - body: What takes long.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or that the validation was interrupted.
    func during<Value>(
        endingBy action: @escaping @Sendable () -> Void,
        do body: () async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let wasRaised = state.withLock { state in
            state.action = action
            return state.isRaised
        }
        defer { state.withLock { $0.action = nil } }
        if wasRaised { action() }
        do throws(CommandFailure) {
            let value = try await body()
            try check()
            return value
        } catch {
            try check()
            throw error
        }
    }

    /// Goes on, or throws.
    func check() throws(CommandFailure) {
        if isRaised { throw CommandFailure(.interrupted, "interrupted; no report was written") }
    }
}
