import JobManagement
import JobModel
import JobProtocol
import JobRunning
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
        describeSubscriptions(in: &text)
        describeTraffic(in: &text)
        describeCalls(in: &text)
        text.describe(await manager.resources())
        text.describe(await manager.statistics)
        await describeCluster(in: &text)
        text.describe(version: configuration.version)
        if let usage = await ProcessUsage.current() { text.describe(usage) }
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
            body: Array(text.text.utf8)
        )
    }

    private func describeSubscriptions(in text: inout MetricsText) {
        let lags = subscribed.flatMap { connection in
            connection.subscriptions.map { max(0, log.head - $0.cursor) }
        }
        text.single(
            "jobsync_connections",
            .gauge,
            "Open WebSocket connections.",
            Double(connections.count)
        )
        text.single(
            "jobsync_strangers",
            .gauge,
            "Connections that have not logged in, HTTP ones among them.",
            Double(server.strangers)
        )
        text.single(
            "jobsync_connections_crowded_out_total",
            .counter,
            "Connections that were turned away, or closed to make room for others.",
            Double(server.crowdedOut)
        )
        text.single(
            "jobsync_connections_choked",
            .gauge,
            "Connections that take what they are sent more slowly than it is sent.",
            Double(connections.values.count(where: \.isChoked))
        )
        text.single(
            "jobsync_answer_bytes_waiting",
            .gauge,
            "Bytes of answers that wait for others of their batch, or to be read.",
            Double(batches.bytes + unreadBytes)
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
            "jobsync_subscription_lag_summed",
            .gauge,
            "Changes that subscriptions have not been sent, of all subscriptions together.",
            Double(lags.reduce(0, +))
        )
        text.single("jobsync_jobs", .gauge, "Jobs that are not archived.", Double(log.liveCount))
        text.single("jobsync_seq", .gauge, "The position of the newest change.", Double(log.head))
        text.single(
            "jobsync_set_aside",
            .gauge,
            "Jobs, records and settings in the store that cannot be read and were left as they are.",
            Double(manager.setAside.count)
        )
    }

    private func describeTraffic(in text: inout MetricsText) {
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
            "Bytes of frames that were sent, compressed where they were.",
            Double(server.bytesSent)
        )
        text.single(
            "jobsync_documents_sent_total",
            .counter,
            "Documents of jobs in frames of changes that were sent.",
            Double(statistics.documentsSent)
        )
        text.single(
            "jobsync_messages_received_total",
            .counter,
            "Messages that clients sent.",
            Double(statistics.messagesReceived)
        )
        text.single(
            "jobsync_bytes_received_total",
            .counter,
            "Bytes of messages that clients sent, unpacked.",
            Double(statistics.bytesReceived)
        )
        text.single(
            "jobsync_change_written_seconds",
            "Time from a commit to the socket's having taken the frame that tells of it.",
            statistics.writtenTimes
        )
        text.single(
            "jobsync_change_acknowledged_seconds",
            "Time from a commit to the client's acknowledging the frame that tells of it, sampled.",
            statistics.acknowledgedTimes
        )
    }

    private func describeCalls(in text: inout MetricsText) {
        text.begin("jobsync_calls_total", .counter, "Calls, by method and outcome.")
        let calls = statistics.calls.sorted {
            ($0.key.method, $0.key.outcome) < ($1.key.method, $1.key.outcome)
        }
        for (call, count) in calls {
            let labels = [("method", call.method), ("outcome", call.outcome)]
            text.add("jobsync_calls_total", labels, Double(count))
        }
        text.begin(
            "jobsync_call_duration_seconds",
            .histogram,
            "Time from taking up a call to handing over its answer, by method."
        )
        for (method, times) in statistics.callTimes.sorted(by: { $0.key < $1.key }) {
            text.add("jobsync_call_duration_seconds", [("method", method)], times)
        }
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
}
