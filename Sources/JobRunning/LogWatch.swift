import CProcess
import Glibc
import JobModel
import JobTasks
import Synchronization
import SystemPackage
import Threads

/// Who waits for which log; watches the folder by inotify, or has them look twice a second.
///
/// Only its own thread touches the folder, and it looks at no log: the kernel says which was written.
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
        /// Whether the thread was asked to watch, and not to stop.
        var isWanted = false
    }

    private let folder: FilePath
    private let state = Mutex(State())
    /// What is watched by, if anything is; changed on the thread only.
    private let source = Mutex<Source?>(nil)
    private let loop = DescriptorLoop()
    /// The loop's thread.
    private let thread: ThreadExecutor

    private struct Source {
        let watch: DescriptorLoop.Watch
        /// Nil where logs are looked at now and then.
        let inotify: CInt?
    }

    init(folder: FilePath) {
        self.folder = folder
        thread = ThreadExecutor(name: "log watch", loop: loop)
    }

    deinit { replaceSource(nil) }

    /// Adds a reader of a job's log.
    func add(_ reader: AsyncStream<Void>.Continuation, for id: JobID) -> Key {
        let log = id.rawValue + ".log"
        let (key, mustStart) = state.withLock { state in
            state.counter += 1
            state.readers[log, default: [:]][state.counter] = reader
            defer { state.isWanted = true }
            return (Key(log: log, number: state.counter), !state.isWanted)
        }
        if mustStart { loop.perform { [weak self] in self?.start() } }
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
        if mustStop { loop.perform { [weak self] in self?.stop() } }
    }

    // MARK: On the thread

    private func start() {
        guard state.withLock({ $0.isWanted }) else { return }
        try? Files.makeFolder(folder)
        let inotify = cprocess_open_watches()
        let watch = folder.withPlatformString {
            inotify < 0 ? -1 : cprocess_add_watch(inotify, $0)
        }
        if watch < 0, inotify >= 0 { close(inotify) }
        replaceSource(watch < 0 ? poll() : listen(to: inotify))
        // What was written while nobody watched.
        tell(nil)
    }

    private func stop() {
        guard state.withLock({ !$0.isWanted }) else { return }
        replaceSource(nil)
    }

    private func replaceSource(_ new: Source?) {
        let old = source.withLock { source in
            defer { source = new }
            return source
        }
        guard let old else { return }
        loop.remove(old.watch)
        if let inotify = old.inotify { close(inotify) }
    }

    private func listen(to inotify: CInt) -> Source {
        let watch = loop.watch(inotify) { [weak self] in
            var changed: Set<String>? = []
            Inotify.drain(inotify) { watch, name in
                // -1: the kernel's queue was full, and any log may have grown.
                if watch == -1 { changed = nil } else { changed?.insert(name) }
            }
            self?.tell(changed)
        }
        return Source(watch: watch, inotify: inotify)
    }

    private func poll() -> Source {
        let watch = loop.every(.milliseconds(500)) { [weak self] in self?.tell(nil) }
        return Source(watch: watch, inotify: nil)
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
