import CProcess
import Glibc
import Synchronization
import SystemPackage

/// A pipe to a tool, or from one, that has the name of a file.
///
/// The name in the work folder is a link to the tool's end as this process holds it (`/proc/PID/fd/N`). Unlike a
/// named pipe it can be opened as often as a tool likes, nobody waits in opening it, and nothing is lost
/// that was written before. The tool's end is held here, too, until the tool has ended: who
/// closes it then ends whatever still waits at ours.
final class ToolPipe: Sendable {
    enum Direction { case toTool, fromTool }

    /// How much it holds; as much as anybody may ask for.
    private static let capacity = 1 << 20

    private struct Ends {
        var ours: CInt?
        var tools: CInt?
    }

    private let ends: Mutex<Ends>

    /// Makes a pipe.
    ///
    /// - Parameters:
    ///   - name: What the tool calls it, in the work folder.
    ///   - direction: Which way it goes.
    ///   - context: The job.
    /// - Throws: Why it cannot be made.
    init(_ name: String, _ direction: Direction, in context: TaskContext) throws(TaskFailure) {
        var made: [CInt] = [-1, -1]
        guard cprocess_open_pipe(&made, CInt(Self.capacity)) == 0 else {
            throw .task("the pipe \(name) cannot be made: \(Errno(rawValue: errno))")
        }
        let (ours, tools) = direction == .toTool ? (made[1], made[0]) : (made[0], made[1])
        ends = Mutex(Ends(ours: ours, tools: tools))
        do throws(Errno) {
            // A thread feeds several pipes, and must not wait for one while the tool waits for another.
            guard direction == .fromTool || fcntl(ours, F_SETFL, O_NONBLOCK) == 0 else {
                throw Errno(rawValue: errno)
            }
            try Files.link(
                context.work.appending(name),
                to: FilePath("/proc/\(getpid())/fd/\(tools)")
            )
        } catch {
            throw .task("the pipe \(name) cannot be made: \(error)")
        }
    }

    deinit {
        closeOurs()
        closeTools()
    }

    /// Our end; nil once it is closed.
    var file: CInt? { ends.withLock { $0.ours } }

    /// Closes our end, by the thread that uses it: the tool comes to the end of what it reads, or can write no more.
    func closeOurs() {
        ends.withLock { ends in
            if let file = ends.ours { close(file) }
            ends.ours = nil
        }
    }

    /// Closes the tool's end as far as it is held here, when the tool has ended.
    func closeTools() {
        ends.withLock { ends in
            if let file = ends.tools { close(file) }
            ends.tools = nil
        }
    }

    /// Reads what the tool has written; waits for it.
    ///
    /// - Returns: The next bytes, never empty; nil at the end.
    func read() throws(Errno) -> [UInt8]? {
        guard let file else { return nil }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, filled in
            repeat {
                count = Glibc.read(file, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            filled = max(count, 0)
        }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return count > 0 ? bytes : nil
    }
}
