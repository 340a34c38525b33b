import JSON
public import JobData
public import JobModel
import JobTasks

extension JobManager {
    /// Checks that what a new job's arguments name is kept.
    ///
    /// Asks nobody, and so lets nobody in between, where they name nothing.
    ///
    /// - Returns: Whether somebody was asked; then all else may be different by now.
    /// - Throws: `badArguments` for what is not there, or `storeUnavailable`.
    func checkData(of request: NewJob) async throws(JobManagerError) -> Bool {
        // What is wrong otherwise is told when the job is made.
        guard let data, let task = tasks.catalogue[request.task], task.unavailable == nil,
            let args = try? task.check(request.args), !task.named(by: args).isEmpty
        else { return false }
        try checkReady()
        do throws(DataError) {
            try await data.check(args, of: task)
        } catch {
            switch error {
            case .badArguments(let field, let message):
                throw .badArguments(field: field, message: message)
            case .disk: throw .filesUnavailable
            default: throw .storeUnavailable
            }
        }
        return true
    }

    /// Removes something that is kept, unless a job works on it or is going to.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - id: Its name.
    ///   - withUsers: Whether to remove what was made from it as well.
    /// - Returns: What was removed, in that order.
    /// - Throws: Why not.
    public func removeData(
        _ kind: DataKind,
        _ id: String,
        withUsers: Bool
    ) async throws(DataError) -> [DataKey] {
        guard let data else { throw .storeUnavailable }
        try checkDataIsHere()
        return try await data.remove(kind, id, withUsers: withUsers) { [weak self] keys in
            await self?.job(naming: keys)
        }
    }

    /// Takes a part of a reference that somebody brings along, and with the last one the reference.
    ///
    /// - Parameter part: What is brought.
    /// - Returns: The upload's name, or the record.
    /// - Throws: Why not.
    public func importReference(
        _ part: DataKeeper.ImportPart
    ) async throws(DataError) -> DataKeeper.ImportAnswer {
        guard let data else { throw .storeUnavailable }
        try checkDataIsHere()
        return try await data.take(part)
    }

    /// Refuses what only the one who leads can do: jobs run on its machine, with its folders.
    private func checkDataIsHere() throws(DataError) {
        guard isReady else { throw .storeUnavailable }
        guard isFollowing else { return }
        guard let leader = servers().first(where: \.leads) else {
            throw .notHere(
                message: "no server leads at the moment, and only its data folder counts"
            )
        }
        throw .notHere(
            message: "ask the server that leads, at \(leader.address): its data folder counts"
        )
    }

    /// A job that has not ended and whose arguments name one of several things.
    private func job(naming keys: Set<DataKey>) -> DataKeeper.UsingJob? {
        for id in jobs.keys.sorted() {
            guard let job = jobs[id]?.latest, !job.state.isFinal else { continue }
            if let key = keysNamed(by: job).first(where: keys.contains) { return (id, key) }
        }
        return nil
    }

    private func keysNamed(by job: Job) -> [DataKey] {
        guard let task = tasks.catalogue[job.task] else {
            // Its task was taken away: any text among its arguments may be a name.
            let texts = job.args.values.flatMap { $0.arrayValue ?? [$0] }.compactMap(\.stringValue)
            return texts.flatMap { text in DataKind.allCases.compactMap { DataKey($0, text) } }
        }
        return task.named(by: job.args).compactMap(\.key)
    }

    /// Removes versions of indexes that no job can need any more, if there are any.
    func tidyIndexes() {
        guard let data, !isFollowing else { return }
        Task {
            guard await data.hasOldIndexes else { return }
            await data.removeOldIndexes { [weak self] in
                await self?.referencesInUse() ?? []
            }
        }
    }

    private func referencesInUse() -> Set<DataKey> {
        let running = jobs.values.map(\.latest).filter(\.state.holdsResources)
        return Set(running.flatMap { keysNamed(by: $0) }.filter { $0.kind == .reference })
    }
}
