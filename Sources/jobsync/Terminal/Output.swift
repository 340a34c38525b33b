import Foundation

/// Standard output and standard error.
enum Output {
    /// Writes a line for the caller.
    static func line(_ text: String = "") {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes text for the caller as it is.
    static func text(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Writes a remark, mostly one line, that begins with the program's name.
    ///
    /// It may quote what a server, a store or a file says; no terminal shall obey that.
    static func remark(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let plain = lines.map { String($0).printable }.joined(separator: "\n")
        write("jobsync: \(plain)\n", to: STDERR_FILENO)
    }

    /// Writes text on standard error as it is.
    static func diagnostic(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// Writes bytes for the caller as they are.
    ///
    /// - Returns: Whether they could be written.
    @discardableResult
    static func bytes(_ bytes: [UInt8]) -> Bool { write(bytes[...], to: STDOUT_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8)[...], to: descriptor)
    }

    @discardableResult
    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var bytes = bytes
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EPIPE, descriptor == STDOUT_FILENO {
                endByBrokenPipe()
            } else if errno == EAGAIN {
                // Standard output may be a terminal that somebody else made non-blocking.
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                Foundation.poll(&poll, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Ends as programs do whose reader has gone; the library of the sockets switched that off.
    private static func endByBrokenPipe() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(CommandStatus.failed.rawValue)
    }
}
