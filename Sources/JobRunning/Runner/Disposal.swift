import Glibc
import JobTasks
import Logging
import SystemPackage
import Threads

/// Removes what jobs have left behind, however large, without holding up anybody.
///
/// A file or folder is first set aside under a hidden name, which takes no time and makes its place
/// free at once and wholly: no job meets half of what an earlier one of its name has left. It is deleted
/// by and by on a thread of its own, one thing after another and with rests, so that jobs and the
/// store have the disk for themselves. What a server did not come to delete is deleted by the next one.
final class Disposal: Sendable {
    /// How the names begin of what is only waiting to be deleted; no job's does.
    static let mark = ".gone-"

    private let folders: DataFolders
    private let logger: Logger
    private let pool = BlockingPool(threads: 1, name: "removal")

    init(folders: DataFolders, logger: Logger) {
        self.folders = folders
        self.logger = logger
    }

    /// Removes a file or folder: it is gone from its place when this returns.
    func remove(_ path: FilePath) {
        if let aside = setAside(path) { delete(aside) }
    }

    /// Moves a file or folder out of the way; what cannot be moved is deleted where it is.
    ///
    /// - Returns: Where it waits to be deleted; nil if it is gone.
    func setAside(_ path: FilePath) -> FilePath? {
        guard Files.exists(path), let name = path.lastComponent?.string else { return nil }
        let chance = String(UInt64.random(in: .min ... .max), radix: 36)
        let hidden = "\(Self.mark)\(name.prefix(80))-\(chance)"
        // Beside it if that folder cannot take it: work folders, say, may be on a disk of their own.
        for folder in [folders.gone, path.removingLastComponent()] {
            do throws(Errno) {
                if folder == folders.gone { try Files.makeFolder(folder) }
                // A link is not followed: nobody knows what else is where it leads.
                guard Files.isFolder(folder) || folder != folders.gone else { continue }
                let aside = folder.appending(hidden)
                try Files.move(path, to: aside)
                return aside
            } catch {
                logger.debug("\(path) cannot be moved to \(folder): \(error)")
            }
        }
        // Nobody may start a job here before it is gone, so the runner waits.
        do throws(Errno) {
            try Files.remove(path)
        } catch {
            logger.warning("\(path) cannot be removed: \(error)")
        }
        return nil
    }

    /// Deletes what was set aside, after all that was to be deleted before it.
    func delete(_ aside: FilePath) {
        pool.start(in: Self.mark) { [logger] in Self.delete(aside, logger) }
    }

    /// Deletes what an earlier server had set aside and not come to delete.
    func deleteLeftovers() {
        let data = folders.data
        let beside = [
            data.appending("runs"), data.appending("work"), folders.logs, folders.outputs,
        ]
        let places = (Files.isFolder(folders.gone) ? [folders.gone] : []) + beside
        // Each is listed on the way, for a folder of logs may be long.
        for place in places {
            pool.start(in: Self.mark) { [logger] in
                for name in (try? Files.names(in: place)) ?? [] where name.hasPrefix(Self.mark) {
                    Self.delete(place.appending(name), logger)
                }
            }
        }
    }

    /// Waits until all that was to be deleted so far is gone.
    func finish() async {
        await pool.complete(in: Self.mark) {}
    }

    private static func delete(_ path: FilePath, _ logger: Logger) {
        var pace = Pace()
        do throws(Errno) {
            try Files.remove(path) { pace.step() }
        } catch {
            logger.warning("\(path) cannot be deleted: \(error)")
        }
    }
}

/// Rests now and then for as long as was worked, so that others get half of the disk at least.
private struct Pace {
    private static let steps = 500

    private let clock = ContinuousClock()
    private var began = ContinuousClock.now
    private var done = 0

    mutating func step() {
        done += 1
        guard done == Self.steps else { return }
        let (seconds, fraction) = (clock.now - began).components
        usleep(useconds_t(clamping: seconds * 1_000_000 + fraction / 1_000_000_000_000))
        began = clock.now
        done = 0
    }
}
