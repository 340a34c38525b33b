import JSON
import JobManagement
import JobModel
import JobProtocol
import JobRunning
import SystemPackage
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
        connection.lastTail += 1
        connection.tails[job] = ClientConnection.Tail(
            number: connection.lastTail,
            offset: offset,
            listener: listener
        )
        followers.insert(id, of: job)
    }

    private func logGrew(_ job: JobID, on id: ConnectionID) {
        guard let connection = connections[id] else { return }
        pumpTail(of: job, on: connection)
    }

    /// Sends what a log has grown by; a client that does not read is told later, from where it stands.
    func pumpTail(of job: JobID, on connection: ClientConnection) {
        guard connection.takesPushes, let tail = connection.tails[job] else { return }
        connection.tails[job]?.isDue = true
        guard !tail.isBeingRead else { return }
        connection.tails[job]?.isBeingRead = true
        Task.immediate {
            while await sendGrowth(of: job, tail.number, to: connection) {}
            if connection.tails[job]?.number == tail.number {
                connection.tails[job]?.isBeingRead = false
            }
        }
    }

    /// Reads and sends one part; returns whether there may be more to send.
    private func sendGrowth(
        of job: JobID,
        _ number: Int,
        to connection: ClientConnection
    ) async -> Bool {
        guard connection.takesPushes, let tail = connection.tails[job], tail.number == number,
            tail.isDue
        else { return false }
        connection.tails[job]?.isDue = false
        // Asked first: what is written before the end is known belongs to the log.
        let hasEnded = hasEnded(job)
        let part: LogExcerpt
        do throws(Errno) {
            part = try await readLog(of: job, from: tail.offset, for: connection)
        } catch {
            // Where nobody answered, somebody may the next time; that is not soon.
            guard error == .timedOut, connection.tails[job]?.number == number else { return false }
            connection.tails[job]?.isDue = true
            return true
        }
        // Much may have happened meanwhile, to the client and to what it follows.
        guard connection.tails[job]?.number == number else { return false }
        guard connection.takesPushes else {
            connection.tails[job]?.isDue = true
            return false
        }
        let isEnd = hasEnded && part.end >= part.size
        guard !part.text.isEmpty || isEnd else { return true }
        connection.tails[job]?.offset = part.end
        connection.tails[job]?.isDue = true
        let params: JSONObject = [
            "_id": .string(job.rawValue), "offset": .integer(part.offset),
            "text": .string(part.text), "ended": .bool(isEnd),
        ]
        transmit(WebSocketFrame(text: RPCReply.notification("jobs.log", params)), to: connection)
        if isEnd { stopFollowing(job, on: connection) }
        return true
    }

    /// Reads a part of a log for a client, of whose logs only a few are read at once.
    func readLog(
        of job: JobID,
        from offset: Int,
        for connection: ClientConnection
    ) async throws(Errno) -> LogExcerpt {
        await connection.logAllowance.take()
        defer { connection.logAllowance.give() }
        guard connections[connection.id] != nil else { throw .canceled }
        return try await logs.read(job, from: offset, limit: Self.logBytes)
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
