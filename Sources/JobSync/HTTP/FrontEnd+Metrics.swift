import JobManagement
import JobModel
import JobProtocol
import WebSockets

extension FrontEnd {
    /// Tells what goes on, in Prometheus' text format.
    func metrics(_ request: HTTPRequest) async -> HTTPResponse {
        // Whoever can reach a server on loopback may read its files as well.
        guard configuration.isLoopback || identity(of: request) != nil else {
            return HTTPResponse(
                status: 401,
                headers: ["WWW-Authenticate": "Bearer"],
                body: Array("send the token as Authorization: Bearer\n".utf8)
            )
        }
        var text = MetricsText()
        describeConnections(in: &text)
        describe(await manager.resources(), in: &text)
        describe(await manager.statistics, in: &text)
        await describeCluster(in: &text)
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
            body: Array(text.text.utf8)
        )
    }

    private func describeConnections(in text: inout MetricsText) {
        let lags = connections.values.flatMap { connection in
            connection.subscriptions.map { max(0, log.head - $0.cursor) }
        }
        text.single(
            "jobsync_connections",
            .gauge,
            "Open WebSocket connections.",
            Double(connections.count)
        )
        text.single(
            "jobsync_subscriptions",
            .gauge,
            "Subscriptions to jobs.",
            Double(lags.count)
        )
        text.single(
            "jobsync_subscription_lag_max",
            .gauge,
            "Changes that the slowest subscription has not been sent.",
            Double(lags.max() ?? 0)
        )
        text.single(
            "jobsync_connections_opened_total",
            .counter,
            "Connections that were opened.",
            Double(statistics.connectionsOpened)
        )
        text.begin(
            "jobsync_connections_closed_total",
            .counter,
            "Connections that ended, by close code."
        )
        for (code, count) in statistics.connectionsClosed.sorted(by: { $0.key < $1.key }) {
            text.add("jobsync_connections_closed_total", [("code", "\(code)")], Double(count))
        }
        text.single(
            "jobsync_frames_built_total",
            .counter,
            "Frames of changes that were encoded.",
            Double(frames.builtCount)
        )
        text.single(
            "jobsync_frames_reused_total",
            .counter,
            "Frames of changes that were sent to a further connection.",
            Double(frames.reusedCount)
        )
        text.single(
            "jobsync_frames_sent_total",
            .counter,
            "Frames that were sent.",
            Double(statistics.framesSent)
        )
        text.single(
            "jobsync_bytes_sent_total",
            .counter,
            "Bytes of frames that were sent.",
            Double(statistics.bytesSent)
        )
        text.begin("jobsync_calls_total", .counter, "Calls, by method and outcome.")
        let calls = statistics.calls.sorted {
            ($0.key.method, $0.key.outcome) < ($1.key.method, $1.key.outcome)
        }
        for (call, count) in calls {
            let labels = [("method", call.method), ("outcome", call.outcome)]
            text.add("jobsync_calls_total", labels, Double(count))
        }
        text.single("jobsync_jobs", .gauge, "Jobs that are not archived.", Double(log.liveCount))
        text.single("jobsync_seq", .gauge, "The position of the newest change.", Double(log.head))
    }

    private func describeCluster(in text: inout MetricsText) async {
        text.single(
            "jobsync_leads",
            .gauge,
            "Whether this server makes, starts and cancels jobs.",
            await manager.leads ? 1 : 0
        )
        text.single(
            "jobsync_open_calls",
            .gauge,
            "Calls that wait for the answer of the server that leads.",
            Double(await manager.openCallCount)
        )
    }

    private func describe(_ report: ResourceReport, in text: inout MetricsText) {
        text.single("jobsync_waiting_jobs", .gauge, "Jobs that wait.", Double(report.waiting))
        text.begin("jobsync_running_jobs", .gauge, "Jobs that run, by task.")
        for (task, count) in report.taskCounts.sorted(by: { $0.key < $1.key }) {
            text.add("jobsync_running_jobs", [("task", task)], Double(count))
        }
        text.begin("jobsync_cores", .gauge, "Cores, used by jobs and at their disposal.")
        text.add("jobsync_cores", [("kind", "used")], Double(report.used.proc))
        text.add("jobsync_cores", [("kind", "limit")], Double(report.limit.proc))
        text.begin(
            "jobsync_memory_gigabytes",
            .gauge,
            "Memory, used by jobs and at their disposal."
        )
        text.add("jobsync_memory_gigabytes", [("kind", "used")], Double(report.used.mem))
        text.add("jobsync_memory_gigabytes", [("kind", "limit")], Double(report.limit.mem))
    }

    private func describe(_ statistics: ManagerStatistics, in text: inout MetricsText) {
        text.single(
            "jobsync_store_commits_total",
            .counter,
            "Commits of the store.",
            Double(statistics.commits)
        )
        text.single(
            "jobsync_store_changes_total",
            .counter,
            "Changes that were committed.",
            Double(statistics.changes)
        )
        text.single(
            "jobsync_store_commit_seconds_total",
            .counter,
            "Time spent in commits.",
            statistics.commitTime / .seconds(1)
        )
        text.single(
            "jobsync_store_recoveries_total",
            .counter,
            "Times that the store failed.",
            Double(statistics.recoveries)
        )
        text.single(
            "jobsync_feed_reopenings_total",
            .counter,
            "Times that changes of other servers may have been missed and were read anew.",
            Double(statistics.feedReopenings)
        )
        text.single(
            "jobsync_calls_handed_over_total",
            .counter,
            "Calls that were handed over to the server that leads.",
            Double(statistics.callsHandedOver)
        )
        text.single(
            "jobsync_calls_performed_total",
            .counter,
            "Calls of other servers that were performed.",
            Double(statistics.callsPerformed)
        )
        text.single(
            "jobsync_jobs_started_total",
            .counter,
            "Jobs that were started.",
            Double(statistics.started)
        )
        text.begin("jobsync_jobs_ended_total", .counter, "Jobs that ended, by state.")
        for (state, count) in statistics.ended.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            text.add("jobsync_jobs_ended_total", [("state", state.rawValue)], Double(count))
        }
    }
}
