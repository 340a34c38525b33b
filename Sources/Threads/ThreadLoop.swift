/// What a thread of its own does between jobs: it waits.
///
/// A loop that knows nothing but jobs is built in (see ``ThreadExecutor/init(name:)``); one that also
/// waits for sockets or timers is supplied by whoever owns them, and handles their events in ``wait()``.
public protocol ThreadLoop: Sendable {
    /// Waits until ``wake()`` was called or something of the loop's own happened and was handled.
    ///
    /// Called on the thread only. A wake that came before the wait ends it at once.
    func wait()

    /// Makes the wait that is going on, or else the next one, end soon.
    ///
    /// Called on any thread, and never after ``end()``.
    func wake()

    /// Lets go of what the loop holds; the thread's last call.
    func end()
}
