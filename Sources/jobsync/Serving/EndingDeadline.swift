import Threads

/// Sees to it that a signal that asks the server to end does end it, whatever stands still in it.
///
/// An orderly end waits for answers: of a file system, of a store. Where one does not come, the process is to
/// end as by a kill, which loses nothing: jobs go on, and the next server finds them.
final class EndingDeadline: Sendable {
    private let listener: SignalListener

    /// Begins to listen for the signals, which lose their usual effect.
    ///
    /// - Parameters:
    ///   - signals: Which ones ask the server to end.
    ///   - patience: How long after one of them it may take.
    ///   - end: Ends the process; called on a thread that nothing else uses.
    init(
        signals: [CInt],
        patience: Duration,
        end: @escaping @Sendable () -> Void
    ) {
        listener = SignalListener(signals, name: "ending") { _, loop in loop.after(patience, end) }
    }
}
