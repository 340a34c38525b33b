import JobModel
import WebSockets

/// Which connections follow the log of which job, so that a job's end concerns nobody else.
struct LogFollowers {
    private var connections: [JobID: Set<ConnectionID>] = [:]

    /// Whether nobody follows anything.
    var isEmpty: Bool { connections.isEmpty }

    /// Those who follow a job's log, in the order in which they connected.
    subscript(_ job: JobID) -> [ConnectionID] { connections[job]?.sorted() ?? [] }

    /// Takes in that a connection follows a job's log; twice is once.
    mutating func insert(_ connection: ConnectionID, of job: JobID) {
        connections[job, default: []].insert(connection)
    }

    /// Takes in that a connection follows a job's log no more.
    mutating func remove(_ connection: ConnectionID, of job: JobID) {
        connections[job]?.remove(connection)
        if connections[job]?.isEmpty == true { connections[job] = nil }
    }
}
