import Foundation
import JSON
import JobModel

/// Waits for one job's end, over any number of connections.
struct JobWait {
    let id: String
    /// Whether the whole job is printed when it has ended.
    let isJSON: Bool

    /// Waits, and shows on a terminal how far the job is.
    ///
    /// - Parameter connection: A connection that stands.
    /// - Throws: A failure if the job did not complete.
    func run(on connection: ServerConnection) async throws(CommandFailure) {
        let id = id
        let interrupt = SignalWatch(SIGINT) {
            Output.diagnostic(Terminal.isError ? "\r\u{1B}[K" : "")
            Output.remark("job \(id) goes on; see it with: jobsync watch \(id)")
            exit(CommandStatus.interrupted.rawValue)
        }
        var line = ProgressLine()
        let follower = JobFollower(["_id": .string(id)], on: connection)
        try await follower.begin()
        var end: JobState?
        while end == nil {
            switch try await follower.next() {
            case .changed(let changes, let completing):
                if let job = follower.view.jobs.values.first {
                    line.show(Self.sentence(on: job))
                    if job.state.isFinal { end = job.state }
                } else if completing || changes.contains(where: \.isDeletion) {
                    // It is not among the live ones: put away already, or removed.
                    end = try await archivedState(follower)
                }
            case .lost(let loss, let pause):
                line.show("trying again in \(Words.duration(pause)): \(loss.reason)")
            case .resources, .pushed: break
            }
        }
        line.clear()
        try await conclude(follower, end ?? .error)
        withExtendedLifetime(interrupt) {}
    }

    static func sentence(on job: MinimalJob) -> String {
        let stage = job.stage.map { "  \($0)" } ?? ""
        return "\(job.id)  \(job.state.rawValue)\(stage)  \(Words.percent(job.progress))"
    }

    private func archivedState(_ follower: JobFollower) async throws(CommandFailure) -> JobState {
        let detail = try await ask(follower, "jobs.detail")
        let state = (detail["job"]?["status"]?.arrayValue?.last?.text("state"))
            .flatMap(JobState.init)
        return state ?? .error
    }

    private func conclude(
        _ follower: JobFollower,
        _ state: JobState
    ) async throws(CommandFailure) {
        let message = follower.view.jobs.values.first?.error
        if isJSON {
            Output.line(try await ask(follower, "jobs.detail")["job"]?.description ?? "")
        } else if state == .complete {
            await tell(follower)
        }
        await follower.connection?.close()
        switch state {
        case .complete: return
        case .cancelled: throw CommandFailure(.jobFailed, "job \(id) was cancelled")
        default:
            throw CommandFailure(
                .jobFailed,
                "job \(id) ended in error" + (message.map { ": \($0)" } ?? "")
            )
        }
    }

    /// Tells people what an analysis found; beside the id on standard output there is nothing for scripts.
    private func tell(_ follower: JobFollower) async {
        guard let connection = follower.connection,
            let detail = try? await connection.ask("jobs.detail", ["_id": .string(id)])
        else { return }
        let document = await AnalysisReport.whole(detail["job"]?["result"], on: connection)
        let lines = AnalysisReport.lines(document).dropFirst()
        Output.diagnostic(lines.map { $0 + "\n" }.joined())
    }

    private func ask(
        _ follower: JobFollower,
        _ method: String
    ) async throws(CommandFailure) -> JSONValue {
        let connection: ServerConnection
        if let open = follower.connection {
            connection = open
        } else {
            connection = try await follower.access.connect()
        }
        return try await connection.ask(method, ["_id": .string(id)])
    }
}

extension JobView.Change {
    /// Whether a job left the view.
    var isDeletion: Bool {
        if case .deleted = self { true } else { false }
    }
}
