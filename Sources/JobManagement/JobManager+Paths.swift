import JobModel
import JobTasks
import Threads

extension JobManager {
    /// So many callers' paths may be looked at at once, those whose file system hangs among them.
    static let pathThreads = 16

    /// Checks that what a new job's arguments name is there: files, and things that are kept.
    ///
    /// Asks nobody, and so lets nobody in between, where they name nothing.
    ///
    /// - Returns: Whether somebody was asked; then all else may be different by now.
    /// - Throws: `badArguments` for what is not there, `filesUnavailable` or `storeUnavailable`.
    func checkNames(of request: NewJob) async throws(JobManagerError) -> Bool {
        // In this order, for a caller's requests stay in theirs. But what is kept is told of first: a task's
        // own file may be missing too, and that is seldom what a caller who misspelt a name has to mend.
        let paths = try await checkPaths(of: request)
        let hasAsked = try await checkData(of: request)
        if let error = paths.error {
            throw .badArguments(field: error.field, message: error.message)
        }
        return paths.hasWaited || hasAsked
    }

    /// Checks the paths among a new job's arguments, away from everybody's thread.
    ///
    /// A caller's requests are taken up in the order in which they came; so one that names no path waits
    /// for those before it that do. Those of other callers don't.
    private func checkPaths(
        of request: NewJob
    ) async throws(JobManagerError) -> (hasWaited: Bool, error: ArgumentError?) {
        var check: (@Sendable () -> ArgumentError?)?
        // What is wrong otherwise is told when the job is made.
        if let task = tasks.catalogue[request.task], task.unavailable == nil,
            let args = try? task.check(request.args), task.hasPaths(args)
        {
            check = { [dataFolder] in task.problem(ofPathsIn: args, in: dataFolder) }
        }
        let caller = request.caller
        guard check != nil || callersWaiting[caller] != nil else {
            return (false, nil)
        }
        callersWaiting[caller, default: 0] += 1
        // What comes of it belongs to the commit of those who asked together.
        hold()
        let outcome = await files.run(in: caller) { [check] in check?() }
        release()
        let left = callersWaiting[caller, default: 1] - 1
        callersWaiting[caller] = left > 0 ? left : nil
        guard let outcome else {
            guard check == nil else { throw .filesUnavailable }
            return (true, nil)
        }
        return (true, outcome)
    }
}
