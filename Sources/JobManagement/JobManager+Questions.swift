public import JobModel
import JobScheduling
public import JobStorage
public import JobTasks

extension JobManager {
    /// All that is known of a job.
    ///
    /// - Parameter id: The job's name.
    /// - Returns: The job as the store has it, and why it waits if it does.
    /// - Throws: `notFound` or `storeUnavailable`.
    public func detail(_ id: JobID) async throws(JobManagerError) -> JobDetail {
        guard let job = try await committedJob(id) else { throw .notFound(id) }
        return JobDetail(
            job: job,
            stages: tasks.catalogue[job.task]?.stages ?? [],
            waiting: job.state == .waiting ? scheduler.report(on: id) : nil,
            attempts: attempts(of: job)
        )
    }

    private func committedJob(_ id: JobID) async throws(JobManagerError) -> Job? {
        // What a follower has in memory may be behind what the leader has answered; and a leader's
        // feed may tell a change before the store has said that it is durable.
        if let managed = jobs[id], !isFollowing, cluster == nil || managed.pending == 0 {
            return managed.committed
        }
        do throws(JobStoreError) {
            return try await store.job(id)
        } catch {
            throw JobManagerError(error)
        }
    }

    /// A page of the jobs that match a query, archived ones too.
    ///
    /// - Parameter query: What is looked for.
    /// - Returns: Minimal documents, and where the next page begins.
    /// - Throws: `storeUnavailable`.
    public func find(_ query: JobQuery) async throws(JobManagerError) -> JobPage {
        do throws(JobStoreError) {
            return try await store.find(query)
        } catch {
            throw JobManagerError(error)
        }
    }

    /// Whether calls are answered: false while the store fails and everything is read anew.
    public var answers: Bool { isReady }

    /// What the server lacks, so that jobs wait or calls are refused; empty while all is well.
    public var troubles: [ServerTrouble] {
        let starting = launching.since.map {
            ServerTrouble(kind: .starting, cause: launching.cause, since: $0)
        }
        let store = storing.since.map {
            ServerTrouble(kind: .store, cause: storing.cause, since: $0)
        }
        return [starting, store, keeping.trouble].compactMap(\.self)
    }

    /// What is used of the machine, and what is free.
    public func resources() -> ResourceReport {
        ResourceReport(
            used: scheduler.used,
            available: scheduler.available,
            limit: scheduler.machine,
            taskCounts: scheduler.taskCounts,
            waiting: scheduler.waitingCount,
            troubles: troubles
        )
    }

    /// All tasks, each with its limit and how many of its jobs run and wait.
    public func taskReports() -> [TaskReport] {
        let waiting = scheduler.waitingByTask
        return tasks.catalogue.tasks.map { task in
            TaskReport(
                description: task,
                limit: scheduler.taskLimits[task.name],
                running: scheduler.taskCounts[task.name, default: 0],
                waiting: waiting[task.name, default: 0]
            )
        }
    }

    /// What was wrong with task files that were left out.
    public func taskProblems() -> [TaskProblem] { tasks.catalogue.problems }
}
