import CProcess
import Glibc
public import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Removes what jobs have left behind that nobody knows as running, and says which of them run.
    public func sweep(keeping known: Set<JobID>) async -> [JobID] {
        var running: [JobID] = []
        for id in leftBehind(in: folders.data.appending("runs")) where !known.contains(id) {
            let run = RunFolder(folders.run(of: id))
            guard let lock = try? run.tryLock() else {
                running.append(id)
                continue
            }
            if let group = group(of: id) { await end(group) }
            await remove(folders.work(of: id))
            await remove(run.path)
            close(lock)
        }
        for id in leftBehind(in: folders.data.appending("work"))
        where !known.contains(id) && !Files.exists(folders.run(of: id)) {
            await remove(folders.work(of: id))
        }
        await endStrayGroups(keeping: known)
        return running
    }

    private func leftBehind(in folder: FilePath) -> [JobID] {
        guard let names = try? Files.names(in: folder) else { return [] }
        return names.compactMap { JobID($0) }.filter { jobs[$0] == nil }
    }
}
