import CLibwebsockets
import Threads

/// A libuv loop as the loop of a thread: waits for sockets and timers, and for jobs.
///
/// It is ours, not libwebsockets': the library's own `poll` loop costs time in proportion to the
/// number of connections at every turn, and its libuv loop, were it the library's, would install
/// signal handlers.
///
/// `@unchecked Sendable`: the pointers are set once. `wake()` uses the one call of libuv that is made
/// for other threads; everything else is called on the loop's thread only.
final class EventLoop: ThreadLoop, @unchecked Sendable {
    let handle: UnsafeMutablePointer<uv_loop_t>
    private let wakeup: UnsafeMutablePointer<uv_async_t>

    init() {
        handle = .allocate(capacity: 1)
        wakeup = .allocate(capacity: 1)
        check(uv_loop_init(handle))
        check(uv_async_init(handle, wakeup, ignoreWakeup))
    }

    /// Milliseconds on the loop's clock, read once per turn.
    var now: UInt64 { uv_now(handle) }

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
        UnsafeMutableRawPointer(wakeup).assumingMemoryBound(to: uv_handle_t.self).close()
        uv_run(handle, UV_RUN_DEFAULT)
        let error = uv_loop_close(handle)
        precondition(error == 0, "a handle of the event loop was left open")
        wakeup.deallocate()
        handle.deallocate()
    }

    private func check(_ error: Int32) {
        precondition(error == 0, "no event loop: \(String(cString: uv_strerror(error)))")
    }
}

extension UnsafeMutablePointer where Pointee == uv_handle_t {
    /// Closes a handle whose memory stays until the loop has ended.
    func close() {
        uv_close(self, nil)
    }
}

/// Waking the loop is all that a wake-up does; the thread looks for jobs after every turn.
private func ignoreWakeup(_ handle: UnsafeMutablePointer<uv_async_t>?) {}
