import Threads

/// Acts on signals for as long as it is held.
final class SignalWatch {
    private let listener: SignalListener

    /// Begins to act on a signal, in place of what it does by itself.
    ///
    /// - Parameters:
    ///   - number: The signal, such as `SIGINT`.
    ///   - action: What to do.
    init(_ number: Int32, action: @escaping @Sendable () -> Void) {
        listener = SignalListener([number]) { _, _ in action() }
    }
}
