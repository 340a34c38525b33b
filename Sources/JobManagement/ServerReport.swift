public import JobModel
public import JobStorage

/// One of the servers that share the store.
public struct ServerReport: Hashable, Sendable {
    /// The server's name for good.
    public let id: String
    /// The machine's name.
    public let host: String
    /// Where it listens.
    public let address: String
    /// Whether it may ever lead.
    public let mayLead: Bool
    /// Whether it leads, as far as is known here.
    public let leads: Bool
    /// Whether it is the one that was asked.
    public let isSelf: Bool
}

extension JobManager {
    /// The servers that have ever shared the store, in the order of their hosts; none if it is not shared.
    public func servers() -> [ServerReport] {
        guard let cluster, let sharing else { return [] }
        let leader = isFollowing ? sharing.leader?.server : cluster.server
        return sharing.servers.values.sorted { ($0.host, $0.id) < ($1.host, $1.id) }.map { note in
            ServerReport(
                id: note.id,
                host: note.host,
                address: note.address,
                mayLead: note.mayLead,
                leads: note.id == leader,
                isSelf: note.id == cluster.server
            )
        }
    }

    /// What the store has found that cannot be read, and has left as it is.
    public nonisolated var setAside: [SetAside] { store.setAside }

    /// Whether other servers may have the same store.
    public nonisolated var sharesStore: Bool { cluster != nil }

    /// Whether this server decides: alone, or because it surely leads.
    public var leads: Bool {
        guard let cluster, let lease = sharing?.lease else { return true }
        return lease.isLeading && lease.isSure(at: cluster.time.now())
    }

    /// How many calls wait for another server's answer.
    public var openCallCount: Int { sharing?.calls.count ?? 0 }

    /// The server on whose machine a job runs or ran, if that is not this one.
    public func otherServer(of job: Job) -> ServerReport? {
        guard cluster != nil, let server = job.server, server != self.server else { return nil }
        return servers().first { $0.id == server }
            ?? ServerReport(
                id: server,
                host: server,
                address: "",
                mayLead: false,
                leads: false,
                isSelf: false
            )
    }
}
