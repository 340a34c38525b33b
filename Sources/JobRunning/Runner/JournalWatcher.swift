import CProcess
import Glibc
import JobTasks
package import Logging
import Synchronization
package import SystemPackage
package import Threads

/// Calls back when something in a folder was written; lives on the thread of one loop.
///
/// One inotify descriptor serves all folders. Where the kernel gives none, or no more
/// watches, the folder is looked at four times a second instead.
package final class JournalWatcher {
    /// A watched folder.
    package enum Watch: Hashable {
        case events(CInt)
        case timer(DescriptorLoop.Watch)
    }

    private let loop: DescriptorLoop
    private let logger: Logger
    private let inotify: CInt
    private var source: DescriptorLoop.Watch?
    private let handlers = Handlers()
    private var timers: Set<DescriptorLoop.Watch> = []

    /// Reached from the loop too.
    private final class Handlers: Sendable {
        private let byWatch = Mutex<[CInt: @Sendable () -> Void]>([:])

        subscript(watch: CInt) -> (@Sendable () -> Void)? {
            get { byWatch.withLock { $0[watch] } }
            set { byWatch.withLock { $0[watch] = newValue } }
        }

        var all: [@Sendable () -> Void] { byWatch.withLock { Array($0.values) } }
    }

    package init(loop: DescriptorLoop, logger: Logger, usesEvents: Bool = true) {
        self.loop = loop
        self.logger = logger
        inotify = usesEvents ? cprocess_open_watches() : -1
        guard inotify >= 0 else { return }
        let (file, handlers) = (inotify, handlers)
        source = loop.watch(file) {
            var changed: Set<CInt> = []
            Inotify.drain(file) { watch, _ in changed.insert(watch) }
            // -1: the kernel's queue was full, and any folder may have changed.
            let told = changed.contains(-1) ? handlers.all : changed.compactMap { handlers[$0] }
            for handler in told { handler() }
        }
    }

    deinit {
        for watch in timers { loop.remove(watch) }
        guard let source else { return }
        loop.remove(source)
        close(inotify)
    }

    /// Watches a folder.
    package func add(_ folder: FilePath, changed: @escaping @Sendable () -> Void) -> Watch {
        let watch = folder.withPlatformString { cprocess_add_watch(inotify, $0) }
        if watch >= 0 {
            handlers[watch] = changed
            return .events(watch)
        }
        if source != nil {
            logger.warning("\(folder) cannot be watched, and is polled: \(Errno(rawValue: errno))")
        }
        let timer = loop.every(.milliseconds(250), changed)
        timers.insert(timer)
        return .timer(timer)
    }

    /// Ends a watch.
    package func remove(_ watch: Watch) {
        switch watch {
        case .events(let watch):
            handlers[watch] = nil
            _ = cprocess_remove_watch(inotify, watch)
        case .timer(let timer):
            timers.remove(timer)
            loop.remove(timer)
        }
    }
}
