import CLibwebsockets

/// A timer on an event loop, used on its thread only; must be closed.
final class LoopTimer {
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private let fire: () -> Void

    init(on loop: EventLoop, fire: @escaping () -> Void) {
        self.fire = fire
        handle = .allocate(capacity: 1)
        uv_timer_init(loop.handle, handle)
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Sets the timer, in place of what it was set to.
    func schedule(afterMilliseconds delay: UInt64) {
        uv_timer_start(handle, timerFired, delay, 0)
    }

    /// Ends the timer; it never fires again.
    func close() {
        uv_timer_stop(handle)
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            timerClosed($0)
        }
    }

    fileprivate static func at(_ data: UnsafeMutableRawPointer?) -> Unmanaged<LoopTimer>? {
        data.map { Unmanaged.fromOpaque($0) }
    }

    fileprivate func fired() {
        fire()
    }
}

private func timerFired(_ handle: UnsafeMutablePointer<uv_timer_t>?) {
    LoopTimer.at(handle?.pointee.data)?.takeUnretainedValue().fired()
}

private func timerClosed(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    LoopTimer.at(handle?.pointee.data)?.release()
    UnsafeMutableRawPointer(handle)?.deallocate()
}
