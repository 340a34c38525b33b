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
    private let beforePoll: UnsafeMutablePointer<uv_prepare_t>
    private let afterPoll: UnsafeMutablePointer<uv_check_t>
    private var isAbandoned = false
    /// What is done after every turn.
    var afterTurn: (() -> Void)?
    /// The loop is at its sockets now; otherwise at timers, or at what libwebsockets has put off.
    fileprivate(set) var isAtSockets = false

    init() {
        handle = .allocate(capacity: 1)
        wakeup = .allocate(capacity: 1)
        Self.check(uv_loop_init(handle))
        Self.check(uv_async_init(handle, wakeup, ignoreWakeup))
        beforePoll = .allocate(capacity: 1)
        afterPoll = .allocate(capacity: 1)
        uv_prepare_init(handle, beforePoll)
        uv_check_init(handle, afterPoll)
        let this = Unmanaged.passUnretained(self).toOpaque()
        beforePoll.pointee.data = this
        afterPoll.pointee.data = this
        uv_prepare_start(beforePoll, socketsComeNext)
        uv_check_start(afterPoll, socketsAreDone)
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
        afterTurn?()
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
        for own: UnsafeMutableRawPointer in [.init(wakeup), .init(beforePoll), .init(afterPoll)] {
            uv_close(own.assumingMemoryBound(to: uv_handle_t.self), nil)
        }
        uv_run(handle, UV_RUN_DEFAULT)
        let error = uv_loop_close(handle)
        precondition(error == 0, "a handle of the event loop was left open")
        afterPoll.deallocate()
        beforePoll.deallocate()
        wakeup.deallocate()
        handle.deallocate()
    }

    private static func check(_ error: Int32) {
        precondition(error == 0, "no event loop: \(String(cString: uv_strerror(error)))")
    }
}

/// Waking the loop is all that a wake-up does; the thread looks for jobs after every turn.
private func ignoreWakeup(_ handle: UnsafeMutablePointer<uv_async_t>?) {}

private func socketsComeNext(_ handle: UnsafeMutablePointer<uv_prepare_t>?) {
    loop(of: handle?.pointee.data)?.isAtSockets = true
}

private func socketsAreDone(_ handle: UnsafeMutablePointer<uv_check_t>?) {
    loop(of: handle?.pointee.data)?.isAtSockets = false
}

private func loop(of data: UnsafeMutableRawPointer?) -> EventLoop? {
    data.map { Unmanaged<EventLoop>.fromOpaque($0).takeUnretainedValue() }
}

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
