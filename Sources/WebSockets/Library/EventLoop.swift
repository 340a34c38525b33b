import CLibwebsockets
import Threads

/// A libuv loop as the loop of a thread: waits for sockets and timers, and for jobs.
///
/// It is ours, not libwebsockets': the library's own `poll` loop costs time in proportion to the
/// number of connections at every turn, and its libuv loop, were it the library's, would install
/// signal handlers.
///
/// `@unchecked Sendable`: the pointers are set once. `wake()` uses the one call of libuv that is made
/// for other threads; everything else is called on the loop's thread only,
/// as are the variables.
final class EventLoop: ThreadLoop, @unchecked Sendable {
    let handle: UnsafeMutablePointer<uv_loop_t>
    private let wakeup: UnsafeMutablePointer<uv_async_t>
    private var isAbandoned = false

    init() {
        handle = .allocate(capacity: 1)
        wakeup = .allocate(capacity: 1)
        Self.check(uv_loop_init(handle))
        Self.check(uv_async_init(handle, wakeup, ignoreWakeup))
    }

    /// Milliseconds on the loop's clock, read once per turn.
    var now: UInt64 { uv_now(handle) }

    /// The descriptors that the loop watches, and by which handle.
    var watched: [Int32: UnsafeMutablePointer<uv_handle_t>] {
        var found: [Int32: UnsafeMutablePointer<uv_handle_t>] = [:]
        withUnsafeMutablePointer(to: &found) { uv_walk(handle, collectWatched, $0) }
        return found
    }

    /// Leaves the loop and its handles in memory when the thread ends.
    func abandon() {
        isAbandoned = true
    }

    func wait() {
        uv_run(handle, UV_RUN_ONCE)
    }

    func wake() {
        uv_async_send(wakeup)
    }

    /// Lets closed handles go, without waiting for anything else.
    func poll() {
        uv_run(handle, UV_RUN_NOWAIT)
    }

    func end() {
        guard !isAbandoned else { return }
        let own = UnsafeMutableRawPointer(wakeup).assumingMemoryBound(to: uv_handle_t.self)
        uv_close(own, nil)
        uv_run(handle, UV_RUN_DEFAULT)
        let error = uv_loop_close(handle)
        precondition(error == 0, "a handle of the event loop was left open")
        wakeup.deallocate()
        handle.deallocate()
    }

    private static func check(_ error: Int32) {
        precondition(error == 0, "no event loop: \(String(cString: uv_strerror(error)))")
    }
}

/// Waking the loop is all that a wake-up does; the thread looks for jobs after every turn.
private func ignoreWakeup(_ handle: UnsafeMutablePointer<uv_async_t>?) {}

/// Notes the descriptor of a handle, if it watches one; `found` is the dictionary.
private func collectWatched(
    _ handle: UnsafeMutablePointer<uv_handle_t>?,
    _ found: UnsafeMutableRawPointer?
) {
    var descriptor: Int32 = -1
    guard let handle, uv_handle_get_type(handle) == UV_POLL, uv_fileno(handle, &descriptor) == 0
    else { return }
    found?.assumingMemoryBound(to: [Int32: UnsafeMutablePointer<uv_handle_t>].self)
        .pointee[descriptor] = handle
}
