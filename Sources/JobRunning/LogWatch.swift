import CProcess
import Dispatch
import Glibc
import JobTasks
import SystemPackage

/// Who waits for which log; watches the folder by inotify, or looks twice a second.
struct LogWatch {
    /// Names one reader.
    struct Key: Hashable {
        fileprivate let log: FilePath
        fileprivate let number: Int
    }

    private struct Log {
        var readers: [Int: AsyncStream<Void>.Continuation] = [:]
        var size: Int
    }

    private var logs: [FilePath: Log] = [:]
    private var counter = 0
    private var source: (any DispatchSourceProtocol)?

    mutating func add(
        _ reader: AsyncStream<Void>.Continuation,
        for log: FilePath,
        on queue: DispatchQueue,
        changed: @escaping @Sendable () -> Void
    ) -> Key {
        counter += 1
        logs[log, default: Log(size: Files.size(of: log) ?? 0)].readers[counter] = reader
        if source == nil {
            source = Self.start(log.removingLastComponent(), on: queue, changed: changed)
        }
        return Key(log: log, number: counter)
    }

    mutating func remove(_ key: Key) {
        logs[key.log]?.readers[key.number] = nil
        if logs[key.log]?.readers.isEmpty == true { logs[key.log] = nil }
        guard logs.isEmpty else { return }
        source?.cancel()
        source = nil
    }

    /// The readers of logs whose size is another one than before.
    mutating func readersOfChangedLogs() -> [AsyncStream<Void>.Continuation] {
        var readers: [AsyncStream<Void>.Continuation] = []
        for (path, log) in logs {
            let size = Files.size(of: path) ?? 0
            guard size != log.size else { continue }
            logs[path]?.size = size
            readers += log.readers.values
        }
        return readers
    }

    private static func start(
        _ folder: FilePath,
        on queue: DispatchQueue,
        changed: @escaping @Sendable () -> Void
    ) -> any DispatchSourceProtocol {
        try? Files.makeFolder(folder)
        let inotify = cprocess_open_watches()
        let watch = folder.withPlatformString {
            inotify < 0 ? -1 : cprocess_add_watch(inotify, $0)
        }
        guard watch >= 0 else {
            if inotify >= 0 { close(inotify) }
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now(), repeating: .milliseconds(500))
            timer.setEventHandler(handler: changed)
            timer.resume()
            return timer
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: inotify, queue: queue)
        source.setEventHandler {
            Inotify.drain(inotify) { _ in }
            changed()
        }
        source.setCancelHandler { close(inotify) }
        source.resume()
        return source
    }
}
