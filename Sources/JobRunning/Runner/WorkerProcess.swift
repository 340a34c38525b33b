import CProcess
import Glibc
import JobModel
import JobTasks
import SystemPackage
import Threads

/// How a worker's process ended, as far as that is known.
enum WorkerExit: Hashable {
    /// It ended by itself.
    case exited(code: Int)
    /// It was ended.
    case signaled(CInt)
    /// It was no child of this process.
    case unknown
}

/// A worker's process, held by a descriptor that never stands for another one.
final class WorkerProcess {
    let identity: ProcessIdentity
    private let file: CInt
    private let loop: DescriptorLoop
    private let watch: DescriptorLoop.Watch
    /// It was waited for then, and there is none any more.
    private var isReleased = false

    /// Takes hold of a running process.
    ///
    /// - Parameters:
    ///   - pid: Its number.
    ///   - startTime: When it started, to tell it from a later one of that number; nil for a child.
    ///   - loop: Where `ended` is called, once.
    ///   - ended: What is done when it has ended.
    /// - Throws: `ESRCH` if there is no such process (any more).
    init(
        _ pid: Int32,
        startTime: Int?,
        on loop: DescriptorLoop,
        ended: @escaping @Sendable () -> Void
    ) throws(Errno) {
        let file = cprocess_open_process(pid)
        guard file >= 0 else { throw Errno(rawValue: errno) }
        let entry = ProcessTable.entry(of: pid)
        guard startTime == nil || entry?.startTime == startTime, let entry else {
            close(file)
            throw .noSuchProcess
        }
        identity = ProcessIdentity(
            pid: pid,
            startTime: entry.startTime,
            bootID: Machine.bootID
        )
        self.file = file
        self.loop = loop
        watch = loop.watch(file, once: true, ended)
    }

    deinit {
        loop.remove(watch)
        close(file)
    }

    var pid: Int32 { identity.pid }

    /// Sends it a signal; one that has ended gets none.
    func send(_ signal: CInt) {
        if !isReleased { _ = cprocess_signal(file, signal) }
    }

    /// Lets go of it after its end, and tells how it ended.
    func release() -> (exit: WorkerExit, usage: ResourceUsage?) {
        isReleased = true
        var status: CInt = 0
        var usage = rusage()
        guard wait4(pid, &status, WNOHANG, &usage) == pid else { return (.unknown, nil) }
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
        }
        let used = ResourceUsage(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            peakMemory: PeakMemory.ofEnded(usage)
        )
        let signal = status & 0x7F
        return (signal == 0 ? .exited(code: Int(status >> 8 & 0xFF)) : .signaled(signal), used)
    }

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - program: The program `jobsync-worker`.
    ///   - order: What it is to run.
    ///   - run: The run folder, which holds `job.json`.
    ///   - lock: The open lock, which is taken already; it stays locked while the worker lives.
    ///   - log: The open log, which takes what a worker says that crashes.
    ///   - group: The control group to be born in; nil for none.
    /// - Returns: The number of its process.
    /// - Throws: Why it could not be started.
    static func spawn(
        _ program: FilePath,
        order: LaunchOrder,
        run: FilePath,
        lock: CInt,
        log: CInt,
        group: ControlGroup?
    ) throws(Errno) -> Int32 {
        var environment = ProcessMarker.environment(of: order.id, run: run)
        environment["PATH"] = Tools.searchPath
        environment["LC_ALL"] = "C"
        // Swift's own crash handler hangs in a process without a terminal at times, and a
        // worker that crashes must end.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        environment.merge(OpenFileLimit.environment) { $1 }
        for name in ["HOME", "TZ", "LD_LIBRARY_PATH"] {
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        var pid: Int32 = 0
        let arguments = CStrings([program.string, run.string])
        let variables = CStrings(environment.map { "\($0)=\($1)" })
        // Without it the worker moves there itself.
        let group = (try? group?.open()) ?? -1
        defer { if group >= 0 { close(group) } }
        let error = program.withPlatformString {
            cprocess_spawn_worker(
                &pid,
                $0,
                arguments.pointers,
                variables.pointers,
                log,
                lock,
                group
            )
        }
        guard error == 0 else { throw Errno(rawValue: error) }
        return pid
    }
}

/// Texts as C wants them for a program's arguments; they live as long as this.
private final class CStrings {
    private(set) var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
        pointers = texts.map { strdup($0) } + [nil]
    }

    deinit {
        for pointer in pointers { free(pointer) }
    }
}
