import CPlatform
import CThreads

/// Hears signals of the process for as long as it is held, on a thread of its own that is there from the beginning.
///
/// So a signal is heard also when the machine has no thread or descriptor to give any more. The signals lose their
/// usual effect for good.
public final class SignalListener: Sendable {
    private let loop: DescriptorLoop
    private let thread: ThreadExecutor
    private let waker: CInt
    private let listener: CInt
    private let watch: DescriptorLoop.Watch

    /// Begins to listen; what comes from now on is heard.
    ///
    /// - Parameters:
    ///   - signals: Which ones, such as `SIGTERM`.
    ///   - name: What debuggers and `top -H` show; Linux keeps 15 bytes of it.
    ///   - heard: What is done when one came; several of one kind may be one. It is told which, and the
    ///     loop of the thread on which it is called, to do more later.
    public init(
        _ signals: [CInt],
        name: String = "signals",
        heard: @escaping @Sendable (CInt, DescriptorLoop) -> Void
    ) {
        let loop = DescriptorLoop()
        self.loop = loop
        thread = ThreadExecutor(name: name, loop: loop)
        let waker = cthreads_open_waker()
        let listener = cthreads_listen(signals, CInt(signals.count), waker)
        precondition(waker >= 0 && listener >= 0, "signals cannot be listened to")
        self.waker = waker
        self.listener = listener
        watch = loop.watch(waker) { [unowned loop] in
            cthreads_quiet(waker)
            let came = cthreads_heard(listener)
            for signal in signals where came & 1 << UInt64(signal) != 0 { heard(signal, loop) }
        }
    }

    deinit {
        cthreads_stop_listening(listener)
        loop.remove(watch)
        close(waker)
    }
}
