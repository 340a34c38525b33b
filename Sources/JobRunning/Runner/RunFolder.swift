import CProcess
import Glibc
import JSON
import JobModel
import JobTasks
import SystemPackage

/// The folder that holds what is needed to find a running job again.
struct RunFolder {
    let path: FilePath

    init(_ path: FilePath) {
        self.path = path
    }

    var journal: FilePath { path.appending("journal.jsonl") }
    var orders: JobOrders { JobOrders(in: path) }
    var lock: FilePath { path.appending("lock") }
    private var order: FilePath { path.appending("job.json") }

    /// Whether the journal was taken away: it is here before the order is.
    var hasLostJournal: Bool { !Files.exists(journal) && Files.exists(order) }

    /// Makes the folder anew and takes the job's lock.
    ///
    /// - Parameter order: What the worker is told.
    /// - Returns: The open lock.
    /// - Throws: What could not be made, or that a worker of this job lives.
    func prepare(_ order: WorkerOrder) throws(LaunchError) -> CInt {
        let lock = try LaunchError.unless(
            "the run folder in \(path.removingLastComponent()) cannot be made"
        ) {
            () throws(Errno) -> CInt? in
            // Who holds no file of that name holds no lock.
            if Files.isFolder(path), Files.isRegular(self.lock) {
                guard let file = try tryLock() else { return nil }
                close(file)
            }
            try Files.remove(path)
            try Files.makeFolder(path)
            // Here before the worker is, so that it can be watched from the start.
            try Files.write([], to: journal)
            try Files.write(JSONValue.object(order.document).encoded, to: self.order)
            try orders.prepare()
            return try tryLock()
        }
        guard let lock else { throw .workerLives }
        return lock
    }

    /// Tries to take the job's lock, which its worker holds as long as it lives.
    ///
    /// - Returns: The open lock, or nil if a worker lives.
    /// - Throws: Why that cannot be told; an error `isOfWrongKind` if there is no folder or no lock, but something else.
    func tryLock() throws(Errno) -> CInt? {
        try Files.makeFolder(path)
        // Through a link a file would be made where nobody has asked for one.
        guard Files.isFolder(path) else { throw .notDirectory }
        let file = try Files.openRegular(lock, O_RDWR | O_CREAT)
        if cprocess_try_lock(file) == 0 { return file }
        let reason = errno
        close(file)
        guard reason == EWOULDBLOCK else { throw Errno(rawValue: reason) }
        return nil
    }

    /// What the worker was told; nil if that was never written, or not wholly.
    func readOrder() -> WorkerOrder? { try? WorkerOrder(reading: order) }
}
