import Glibc
import Synchronization
import SystemPackage

/// Work that may block, in a thread of its own: those that Swift shares out must not wait for a tool.
final class OwnThread<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Value, Never>)
        case done(Value)
    }

    private let state = Mutex(State.running)

    /// Starts the work.
    ///
    /// - Parameter body: The work.
    /// - Throws: That the machine has no thread for it; then nothing was done.
    init(_ body: @escaping @Sendable () -> Value) throws(Errno) {
        let errand = Errand { self.finish(body()) }
        let argument = Unmanaged.passRetained(errand)
        var thread = pthread_t()
        let problem = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Errand>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            argument.toOpaque()
        )
        guard problem == 0 else {
            argument.release()
            throw Errno(rawValue: problem)
        }
        pthread_detach(thread)
    }

    /// What the work comes to; to be asked for once.
    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let done: Value? = state.withLock { state in
                    if case .done(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let done { continuation.resume(returning: done) }
            }
        }
    }

    private func finish(_ value: Value) {
        let continuation: CheckedContinuation<Value, Never>? = state.withLock { state in
            defer { state = .done(value) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: value)
    }
}

/// What a thread is handed over.
private final class Errand: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
