import Dispatch

/// Sees to it that a signal that asks the server to end does end it, whatever stands still in it.
///
/// An orderly end waits for answers: of a file system, of a store. Where one does not come, the process is to
/// end as by a kill, which loses nothing: jobs go on, and the next server finds them.
final class EndingDeadline {
    private let sources: [any DispatchSourceSignal]

    /// Begins to listen for the signals, which somebody else must have taken from their default effect.
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
        let queue = DispatchQueue(label: "jobsync.ending")
        let nanoseconds = Int(patience / .nanoseconds(1))
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
            source.setEventHandler {
                queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds), execute: end)
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
