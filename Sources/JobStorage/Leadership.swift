public import JSON
public import JobModel

/// What a server says of itself to those who share the store with it.
public struct ServerNote: Hashable, Sendable {
    /// The server's name for good, kept with its data folder.
    public let id: String
    /// The machine's name, for people.
    public let host: String
    /// Where it listens, for people.
    public let address: String
    /// Whether it may ever lead.
    public let mayLead: Bool
    /// Counts up with every note, so that others see that it lives.
    public let beat: Int

    /// Makes a note.
    ///
    /// - Parameters:
    ///   - id: The server's name for good.
    ///   - host: The machine's name.
    ///   - address: Where it listens.
    ///   - mayLead: Whether it may ever lead.
    ///   - beat: Counts up with every note.
    public init(id: String, host: String, address: String, mayLead: Bool, beat: Int) {
        self.id = id
        self.host = host
        self.address = address
        self.mayLead = mayLead
        self.beat = beat
    }
}

/// A server's wish to lead.
public struct LeaseClaim: Hashable, Sendable {
    /// The server's name.
    public let server: String
    /// What jobs may use of its machine.
    public let machine: Resources
    /// For how long it wants to lead before it must ask again.
    public let duration: Duration
    /// The term under which it leads already, which is to go on; nil asks for a new one.
    public let term: Int?

    /// Makes a claim.
    ///
    /// - Parameters:
    ///   - server: The server's name.
    ///   - machine: What jobs may use of its machine.
    ///   - duration: For how long.
    ///   - term: The term under which it leads already; nil asks for a new one.
    public init(server: String, machine: Resources, duration: Duration, term: Int?) {
        self.server = server
        self.machine = machine
        self.duration = duration
        self.term = term
    }
}

/// Who leads.
public struct Lease: Hashable, Sendable {
    /// The leader's name; whether it still leads, only time can tell.
    public let owner: String
    /// Counts up with every new leader.
    public let term: Int
    /// What jobs may use of the leader's machine.
    public let machine: Resources

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - owner: The leader's name.
    ///   - term: Counts up with every new leader.
    ///   - machine: What jobs may use of the leader's machine.
    public init(owner: String, term: Int, machine: Resources) {
        self.owner = owner
        self.term = term
        self.machine = machine
    }
}

/// A call that one server leaves for the leader.
public struct HandedCall: Hashable, Sendable {
    /// Its name, never used again.
    public let id: String
    /// The server that waits for the answer.
    public let from: String
    /// What is to be done.
    public let method: String
    /// With what.
    public let params: JSONValue

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - id: Its name, never used again.
    ///   - from: The server that waits for the answer.
    ///   - method: What is to be done.
    ///   - params: With what.
    public init(id: String, from: String, method: String, params: JSONValue) {
        self.id = id
        self.from = from
        self.method = method
        self.params = params
    }
}

/// The leader's answer to a call.
public struct CallAnswer: Hashable, Sendable {
    /// Which call.
    public let id: String
    /// The server that waits for it.
    public let to: String
    /// What came of it.
    public let result: JSONValue

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - id: Which call.
    ///   - to: The server that waits for it.
    ///   - result: What came of it.
    public init(id: String, to: String, result: JSONValue) {
        self.id = id
        self.to = to
        self.result = result
    }
}
