import CProcess
import Dispatch
import Glibc
import JobModel
import JobTasks
import Synchronization
import SystemPackage

/// Who waits for which log; watches the folder by inotify, or has them look twice a second.
///
/// Only its own queue touches the folder, and it looks at no log: the kernel says which was written.
final class LogWatch: Sendable {
    /// Names one reader.
    struct Key: Hashable, Sendable {
        fileprivate let log: String
        fileprivate let number: Int
    }

    private struct State {
        /// By the names of the logs' files.
        var readers: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
        var counter = 0
        /// Whether the queue was asked to watch, and not to stop.
        var isWanted = false
    }

    private let folder: FilePath
    private let state = Mutex(State())
    /// What is watched by; changed on the queue only.
    private let source = Mutex<(any DispatchSourceProtocol)?>(nil)
    private let queue = DispatchQueue(label: "jobsync.logs")

    init(folder: FilePath) {
        self.folder = folder
    }

    deinit { source.withLock { $0?.cancel() } }

    /// Adds a reader of a job's log.
    func add(_ reader: AsyncStream<Void>.Continuation, for id: JobID) -> Key {
        let log = id.rawValue + ".log"
        let (key, mustStart) = state.withLock { state in
            state.counter += 1
            state.readers[log, default: [:]][state.counter] = reader
            defer { state.isWanted = true }
            return (Key(log: log, number: state.counter), !state.isWanted)
        }
        if mustStart { queue.async { [weak self] in self?.start() } }
        return key
    }

    /// Forgets a reader; after the last one the folder is watched no more.
    func remove(_ key: Key) {
        let mustStop = state.withLock { state in
            state.readers[key.log]?[key.number] = nil
            if state.readers[key.log]?.isEmpty == true { state.readers[key.log] = nil }
            guard state.readers.isEmpty, state.isWanted else { return false }
            state.isWanted = false
            return true
        }
        if mustStop { queue.async { [weak self] in self?.stop() } }
    }

    // MARK: On the queue

    private func start() {
        guard state.withLock({ $0.isWanted }) else { return }
        try? Files.makeFolder(folder)
        let inotify = cprocess_open_watches()
        let watch = folder.withPlatformString {
            inotify < 0 ? -1 : cprocess_add_watch(inotify, $0)
        }
        if watch < 0, inotify >= 0 { close(inotify) }
        source.withLock { source in
            source?.cancel()
            source = watch < 0 ? poll() : listen(to: inotify)
        }
        // What was written while nobody watched.
        tell(nil)
    }

    private func stop() {
        guard state.withLock({ !$0.isWanted }) else { return }
        source.withLock { source in
            source?.cancel()
            source = nil
        }
    }

    private func listen(to inotify: CInt) -> any DispatchSourceProtocol {
        let source = DispatchSource.makeReadSource(fileDescriptor: inotify, queue: queue)
        source.setEventHandler { [weak self] in
            var changed: Set<String>? = []
            Inotify.drain(inotify) { watch, name in
                // -1: the kernel's queue was full, and any log may have grown.
                if watch == -1 { changed = nil } else { changed?.insert(name) }
            }
            self?.tell(changed)
        }
        source.setCancelHandler { close(inotify) }
        source.resume()
        return source
    }

    private func poll() -> any DispatchSourceProtocol {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: .milliseconds(500))
        timer.setEventHandler { [weak self] in self?.tell(nil) }
        timer.resume()
        return timer
    }

    /// Tells the readers of some logs, or of all.
    private func tell(_ logs: Set<String>?) {
        let readers = state.withLock { state in
            logs.map { logs in logs.compactMap { state.readers[$0]?.values }.flatMap(\.self) }
                ?? state.readers.values.flatMap(\.values)
        }
        for reader in readers { reader.yield() }
    }
}
