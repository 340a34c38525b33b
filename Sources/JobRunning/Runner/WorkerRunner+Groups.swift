import JobModel
import JobTasks
import Logging
import SystemPackage

extension WorkerRunner {
    /// Makes a control group for a job that is about to start; nil if there can be none.
    func makeGroup(for id: JobID) -> ControlGroup? {
        guard let group = groups?.group(of: id) else { return nil }
        do {
            try group.make()
        } catch {
            logger.warning("job \(id) gets no control group: \(error)")
            return nil
        }
        jobs[id]?.group = group
        return group
    }

    /// The control group of a job that an earlier server has started, or would get.
    func group(of id: JobID) -> ControlGroup? {
        let noted = RunFolder(folders.run(of: id)).readOrder()?.group
        return noted.flatMap { ControlGroups.noted($0, of: id, in: folders.data) }
            ?? groups?.group(of: id)
    }

    /// Ends all that is in a control group, waits until nothing of it lives, and removes it.
    ///
    /// - Parameters:
    ///   - group: The group.
    ///   - isStray: Whether it is to be ended still; asked again after each wait.
    func end(_ group: ControlGroup, while isStray: () -> Bool = { true }) async {
        var pause = Duration.milliseconds(1)
        while isStray(), !group.processes.isEmpty {
            group.kill()
            await rest(&pause)
        }
        // The last process has ended a moment before the kernel lets go of the group.
        pause = .milliseconds(1)
        for _ in 0..<12 where isStray() {
            if group.remove() { return }
            await rest(&pause)
        }
        logger.debug("the control group \(group.path) cannot be removed")
    }

    /// Ends what is left in control groups of jobs that nobody knows as running.
    func endStrayGroups(keeping known: Set<JobID>) async {
        for id in groups?.jobs ?? []
        where !known.contains(id) && jobs[id] == nil && !Files.exists(folders.run(of: id)) {
            if let group = groups?.group(of: id) {
                await end(group, while: { jobs[id] == nil })
            }
        }
    }
}
