import JSON
import JobManagement
import JobModel
import JobProtocol
import JobRunning
import WebSockets

extension FrontEnd {
    /// The most text of a log in one message, in bytes.
    static let logBytes = 64 << 10

    /// Begins to follow a job's log for a client.
    func follow(_ job: JobID, from offset: Int, on connection: ClientConnection) {
        connection.tails[job]?.listener.cancel()
        let id = connection.id
        let growth = logs.growth(of: job)
        let listener = Task { [weak self] in
            for await _ in growth { await self?.logGrew(job, on: id) }
        }
        connection.tails[job] = ClientConnection.Tail(offset: offset, listener: listener)
        followers.insert(id, of: job)
    }

    private func logGrew(_ job: JobID, on id: ConnectionID) {
        guard let connection = connections[id] else { return }
        pumpTail(of: job, on: connection)
    }

    /// Sends what a log has grown by; a client that does not read is told later, from where it stands.
    func pumpTail(of job: JobID, on connection: ClientConnection) {
        while connection.takesPushes, let tail = connection.tails[job] {
            // Asked first: what is written before the end is known belongs to the log.
            let hasEnded = hasEnded(job)
            guard let part = try? logs.read(job, from: tail.offset, limit: Self.logBytes) else {
                return
            }
            let isEnd = hasEnded && part.end >= part.size
            guard !part.text.isEmpty || isEnd else { return }
            connection.tails[job]?.offset = part.end
            let params: JSONObject = [
                "_id": .string(job.rawValue), "offset": .integer(part.offset),
                "text": .string(part.text), "ended": .bool(isEnd),
            ]
            transmit(
                WebSocketFrame(text: RPCReply.notification("jobs.log", params)),
                to: connection
            )
            if isEnd { stopFollowing(job, on: connection) }
        }
    }

    func stopFollowing(_ job: JobID, on connection: ClientConnection) {
        connection.tails.removeValue(forKey: job)?.listener.cancel()
        followers.remove(connection.id, of: job)
    }

    /// Whether nothing more will be written to a job's log.
    func hasEnded(_ job: JobID) -> Bool { log.job(job)?.state.isFinal ?? true }

    /// Tells those who follow logs of jobs that have ended.
    func tellTails(of changes: [CommittedChange]) {
        guard !followers.isEmpty else { return }
        for change in changes {
            let job: JobID
            switch change.content {
            case .live(let minimal) where minimal.state.isFinal: job = minimal.id
            case .gone(let id): job = id
            case .live: continue
            }
            for id in followers[job] {
                if let connection = connections[id] { pumpTail(of: job, on: connection) }
            }
        }
    }
}
