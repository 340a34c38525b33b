import CProcess
import Glibc
public import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Removes what jobs have left behind that nobody knows as running, and says which of them run.
    ///
    /// Nothing is awaited: when this returns, the places of all of them are free for jobs of the same names.
    /// What lives in their control groups is ended and what was removed deleted beside all else.
    public func sweep(keeping known: Set<JobID>) -> [JobID] {
        disposal.deleteLeftovers()
        var running: [JobID] = []
        var groups: [(id: JobID, group: ControlGroup)] = []
        var aside: [FilePath?] = []
        for id in leftBehind(in: folders.data.appending("runs")) where !known.contains(id) {
            let run = RunFolder(folders.run(of: id))
            let lock: CInt?
            do throws(Errno) {
                lock = try run.tryLock()
            } catch {
                guard error.isOfWrongKind, startedWorker(of: run) == nil else {
                    running.append(id)
                    continue
                }
                logger.warning("\(run.path) is of no job, and is removed: \(error.reason)")
                aside.append(disposal.setAside(run.path))
                continue
            }
            guard let lock else {
                running.append(id)
                continue
            }
            if let group = group(of: id) {
                if !group.processes.isEmpty { group.kill() }
                groups.append((id, group))
            }
            aside.append(disposal.setAside(folders.work(of: id)))
            aside.append(disposal.setAside(run.path))
            close(lock)
        }
        for id in leftBehind(in: folders.data.appending("work"))
        where !known.contains(id) && !Files.exists(folders.run(of: id)) {
            aside.append(disposal.setAside(folders.work(of: id)))
        }
        sweeping = Task { [groups, aside] in
            for (id, group) in groups { await end(group, while: { jobs[id] == nil }) }
            // Not before, for whoever dies in a folder may write into it until then.
            for path in aside { if let path { disposal.delete(path) } }
            await endStrayGroups(keeping: known)
        }
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

    /// Waits until all is ended and deleted that the sweep has found, and that was removed before.
    package func finishSweep() async {
        await sweeping?.value
        await disposal.finish()
    }

    private func leftBehind(in folder: FilePath) -> [JobID] {
        guard let names = try? Files.names(in: folder) else { return [] }
        return names.compactMap { JobID($0) }.filter { jobs[$0] == nil }
    }
}
