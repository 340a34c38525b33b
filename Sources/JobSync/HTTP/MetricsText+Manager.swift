import JobManagement
import JobModel

extension MetricsText {
    /// Jobs claim memory in units of so many bytes.
    private static let gigabyte = Double(1 << 30)

    mutating func describe(_ report: ResourceReport) {
        single("jobsync_waiting_jobs", .gauge, "Jobs that wait.", Double(report.waiting))
        begin("jobsync_running_jobs", .gauge, "Jobs that run, by task.")
        for (task, count) in report.taskCounts.sorted(by: { $0.key < $1.key }) {
            add("jobsync_running_jobs", [("task", task)], Double(count))
        }
        begin("jobsync_cores", .gauge, "Cores, claimed by jobs and at their disposal.")
        add("jobsync_cores", [("kind", "used")], Double(report.used.proc))
        add("jobsync_cores", [("kind", "limit")], Double(report.limit.proc))
        begin(
            "jobsync_memory_bytes",
            .gauge,
            "Memory, claimed by jobs and at their disposal."
        )
        add("jobsync_memory_bytes", [("kind", "used")], Double(report.used.mem) * Self.gigabyte)
        add("jobsync_memory_bytes", [("kind", "limit")], Double(report.limit.mem) * Self.gigabyte)
    }

    mutating func describe(_ statistics: ManagerStatistics) {
        single(
            "jobsync_store_commits_total",
            .counter,
            "Commits of the store.",
            Double(statistics.commits)
        )
        single(
            "jobsync_store_changes_total",
            .counter,
            "Changes that were committed.",
            Double(statistics.changes)
        )
        single(
            "jobsync_store_commit_seconds_total",
            .counter,
            "Time spent in commits.",
            statistics.commitTime / .seconds(1)
        )
        single(
            "jobsync_store_commit_duration_seconds",
            "Time that a commit took.",
            statistics.commitTimes
        )
        single(
            "jobsync_store_recoveries_total",
            .counter,
            "Times that the store failed.",
            Double(statistics.recoveries)
        )
        single(
            "jobsync_feed_reopenings_total",
            .counter,
            "Times that changes of other servers may have been missed and were read anew.",
            Double(statistics.feedReopenings)
        )
        single(
            "jobsync_calls_handed_over_total",
            .counter,
            "Calls that were handed over to the server that leads.",
            Double(statistics.callsHandedOver)
        )
        single(
            "jobsync_calls_performed_total",
            .counter,
            "Calls of other servers that were performed.",
            Double(statistics.callsPerformed)
        )
        single(
            "jobsync_jobs_started_total",
            .counter,
            "Jobs that were started.",
            Double(statistics.started)
        )
        single(
            "jobsync_jobs_not_started_total",
            .counter,
            "Times that a job could not be started for want of something, and waits again.",
            Double(statistics.notStarted)
        )
        single(
            "jobsync_store_changes_kept_total",
            .counter,
            "Times that the store took no changes, which were kept and tried again.",
            Double(statistics.changesKept)
        )
        single(
            "jobsync_worker_start_duration_seconds",
            "Time from deciding to start a job to its worker's first stage.",
            statistics.workerStarts
        )
        begin("jobsync_jobs_ended_total", .counter, "Jobs that ended, by state.")
        for (state, count) in statistics.ended.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            add("jobsync_jobs_ended_total", [("state", state.rawValue)], Double(count))
        }
    }
}
