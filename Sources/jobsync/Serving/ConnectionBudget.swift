/// How many connections a server lets in, so that jobs, their logs and the store never lack a descriptor.
struct ConnectionBudget: Hashable {
    /// How many files the process may have open.
    let openFiles: Int
    let connections: Int
    /// How many of them may be of clients that have not logged in, and how many of one address.
    let strangers: Int
    let strangersOfAddress: Int

    /// More than one thread can serve in any case.
    static let most = 100_000

    /// - Throws: That more connections were asked for than there are descriptors.
    init(_ settings: ServeSettings, openFiles: Int) throws(StartError) {
        self.openFiles = openFiles
        // A running job takes a few, the store and the page some tens.
        let reserve = min(openFiles / 2, max(256, openFiles / 8))
        let possible = min(Self.most, openFiles - reserve)
        if let wanted = settings.maxConnections, wanted > possible {
            throw StartError(
                message:
                    "--max-connections must be at most \(possible), not \(wanted): the process may "
                    + "have \(openFiles) files open (ulimit -Hn), and \(reserve) are for jobs and the store"
            )
        }
        connections = settings.maxConnections ?? possible
        strangers = min(settings.maxStrangers, connections)
        strangersOfAddress = min(settings.maxStrangersPerAddress, strangers)
    }
}

extension ConnectionBudget: CustomStringConvertible {
    var description: String {
        "at most \(connections) connections, \(strangers) of clients that have not logged in, "
            + "\(strangersOfAddress) of these of one address; \(openFiles) files may be open"
    }
}
