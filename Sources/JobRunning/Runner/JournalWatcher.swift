import CProcess
package import Dispatch
import Glibc
import JobTasks
package import Logging
package import SystemPackage

/// Calls back when something in a folder was written; lives on one queue.
///
/// One inotify descriptor serves all folders. Where the kernel gives none, or no more
/// watches, the folder is looked at four times a second instead.
package final class JournalWatcher {
    /// A watched folder.
    package enum Watch: Hashable {
        case events(CInt)
        case timer(Int)
    }

    private let queue: DispatchQueue
    private let logger: Logger
    private let inotify: CInt
    private let source: (any DispatchSourceRead)?
    private let handlers = Handlers()
    private var timers: [Int: any DispatchSourceTimer] = [:]
    private var counter = 0

    /// Reached from the source's handler, on the queue only.
    private final class Handlers {
        var byWatch: [CInt: () -> Void] = [:]
    }

    package init(queue: DispatchQueue, logger: Logger, usesEvents: Bool = true) {
        self.queue = queue
        self.logger = logger
        inotify = usesEvents ? cprocess_open_watches() : -1
        guard inotify >= 0 else {
            source = nil
            return
        }
        let made = DispatchSource.makeReadSource(fileDescriptor: inotify, queue: queue)
        let handlers = handlers
        let file = inotify
        made.setEventHandler {
            var changed: Set<CInt> = []
            Inotify.drain(file) { watch, _ in changed.insert(watch) }
            // -1: the kernel's queue was full, and any folder may have changed.
            let told = changed.contains(-1) ? Set(handlers.byWatch.keys) : changed
            for watch in told { handlers.byWatch[watch]?() }
        }
        made.setCancelHandler { close(file) }
        made.resume()
        source = made
    }

    deinit {
        source?.cancel()
        for timer in timers.values { timer.cancel() }
    }

    /// Watches a folder.
    package func add(_ folder: FilePath, changed: @escaping @Sendable () -> Void) -> Watch {
        let watch = folder.withPlatformString { cprocess_add_watch(inotify, $0) }
        if watch >= 0 {
            handlers.byWatch[watch] = changed
            return .events(watch)
        }
        if source != nil {
            logger.warning("\(folder) cannot be watched, and is polled: \(Errno(rawValue: errno))")
        }
        counter += 1
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: .milliseconds(250))
        timer.setEventHandler(handler: changed)
        timer.resume()
        timers[counter] = timer
        return .timer(counter)
    }

    /// Ends a watch.
    package func remove(_ watch: Watch) {
        switch watch {
        case .events(let watch):
            handlers.byWatch[watch] = nil
            _ = cprocess_remove_watch(inotify, watch)
        case .timer(let number):
            timers.removeValue(forKey: number)?.cancel()
        }
    }
}
