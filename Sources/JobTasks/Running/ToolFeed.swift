import Glibc
import SystemPackage

/// Writes to several pipes of one tool from one thread, to each as fast as the tool reads it.
///
/// What waits for a pipe that the tool does not read, while it reads another, has a bound.
struct ToolFeed {
    /// Far more than a tool reads ahead in one of two files of mates.
    static let usualLimit = 64 << 20

    private struct Line {
        let pipe: ToolPipe
        var waiting: [UInt8] = []
        var written = 0

        var isEmpty: Bool { written == waiting.count }
        var left: Int { waiting.count - written }

        /// Writes as much as the pipe takes.
        mutating func write() throws(Errno) {
            guard let file = pipe.file else { return }
            let count = waiting.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { return }
                throw Errno(rawValue: errno)
            }
            written += count
            guard isEmpty else { return }
            waiting.removeAll(keepingCapacity: true)
            written = 0
        }
    }

    private var lines: [Line]
    private let limit: Int

    /// Feeds pipes.
    ///
    /// - Parameters:
    ///   - pipes: Where to.
    ///   - limit: How many bytes may wait for one of them while the tool reads another.
    init(_ pipes: [ToolPipe], limit: Int = usualLimit) {
        lines = pipes.map { Line(pipe: $0) }
        self.limit = limit
    }

    /// What waits to be written to a pipe; to be added to.
    subscript(number: Int) -> [UInt8] {
        get { lines[number].waiting }
        _modify { yield &lines[number].waiting }
    }

    /// Writes until at least one pipe has got all that is there for it, so that more has to come.
    ///
    /// - Throws: `EPIPE` if the tool has ended, `ENOBUFS` if too much waits for a pipe that it does not read.
    mutating func writeSome() throws(Errno) {
        while lines.allSatisfy({ !$0.isEmpty }) { try writeOnce() }
        guard lines.allSatisfy({ $0.left <= limit }) else { throw .noBufferSpace }
    }

    /// Writes everything and closes the pipes.
    ///
    /// - Throws: `EPIPE` if the tool has ended.
    mutating func finish() throws(Errno) {
        while true {
            for line in lines where line.isEmpty { line.pipe.closeOurs() }
            guard lines.contains(where: { !$0.isEmpty }) else { return }
            try writeOnce()
        }
    }

    /// Waits until a pipe takes something of what waits for it, and writes that.
    private mutating func writeOnce() throws(Errno) {
        let numbers = lines.indices.filter { !lines[$0].isEmpty && lines[$0].pipe.file != nil }
        var polled = numbers.map {
            pollfd(fd: lines[$0].pipe.file ?? -1, events: Int16(POLLOUT), revents: 0)
        }
        guard poll(&polled, nfds_t(polled.count), -1) >= 0 else {
            if errno == EINTR { return }
            throw Errno(rawValue: errno)
        }
        for (number, state) in zip(numbers, polled) where state.revents != 0 {
            try lines[number].write()
        }
    }
}
