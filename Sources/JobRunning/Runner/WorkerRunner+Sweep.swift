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

    /// Tells of which jobs there is a log or something kept here, if that is surely of one history.
    public func leftovers(of ids: [JobID], epoch: String, seq: Int) async -> [JobID] {
        guard HistoryStamp(folders).confirm(epoch: epoch, seq: seq, logger) else { return [] }
        return ids.filter { id in
            jobs[id] == nil
                && (Files.exists(folders.log(of: id)) || Files.exists(folders.outputs(of: id)))
        }
    }

    private func leftBehind(in folder: FilePath) -> [JobID] {
        guard let names = try? Files.names(in: folder) else { return [] }
        return names.compactMap { JobID($0) }.filter { jobs[$0] == nil }
    }
}
