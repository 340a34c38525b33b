import CProcess
import Glibc
public import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Removes what jobs have left behind that nobody knows as running.
    public func sweep(keeping known: Set<JobID>) async {
        for id in leftBehind(in: folders.data.appending("runs")) where !known.contains(id) {
            let run = RunFolder(folders.run(of: id))
            guard let lock = try? run.tryLock() else {
                // Perhaps the store was restored from an old copy. Nobody asked for its end.
                logger.warning("an unknown job runs", metadata: ["job": "\(id)"])
                continue
            }
            await remove(folders.work(of: id))
            await remove(run.path)
            close(lock)
        }
        for id in leftBehind(in: folders.data.appending("work"))
        where !known.contains(id) && !Files.exists(folders.run(of: id)) {
            await remove(folders.work(of: id))
        }
    }

    private func leftBehind(in folder: FilePath) -> [JobID] {
        guard let names = try? Files.names(in: folder) else { return [] }
        return names.compactMap { JobID($0) }.filter { jobs[$0] == nil }
    }
}
