import CLibwebsockets
import Glibc

/// Tells when a socket can be read, on an event loop's thread only; must be closed, and closes it.
final class SocketWatcher {
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private let descriptor: Int32
    private let isReadable: () -> Void

    init(_ descriptor: Int32, on loop: EventLoop, isReadable: @escaping () -> Void) {
        self.descriptor = descriptor
        self.isReadable = isReadable
        handle = .allocate(capacity: 1)
        uv_poll_init(loop.handle, handle, descriptor)
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        resume()
    }

    /// Tells again.
    func resume() {
        uv_poll_start(handle, Int32(UV_READABLE.rawValue), socketIsReadable)
    }

    /// Tells nothing for now.
    func pause() {
        uv_poll_stop(handle)
    }

    /// Closes the socket.
    func close() {
        uv_poll_stop(handle)
        Glibc.close(descriptor)
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            watcherClosed($0)
        }
    }

    fileprivate static func at(_ data: UnsafeMutableRawPointer?) -> Unmanaged<SocketWatcher>? {
        data.map { Unmanaged.fromOpaque($0) }
    }

    fileprivate func readable() {
        isReadable()
    }
}

private func socketIsReadable(
    _ handle: UnsafeMutablePointer<uv_poll_t>?,
    _ status: Int32,
    _ events: Int32
) {
    SocketWatcher.at(handle?.pointee.data)?.takeUnretainedValue().readable()
}

private func watcherClosed(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    SocketWatcher.at(handle?.pointee.data)?.release()
    UnsafeMutableRawPointer(handle)?.deallocate()
}
