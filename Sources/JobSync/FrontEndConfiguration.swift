public import Authentication
public import JSON
public import JobProtocol

/// How the front end treats callers.
public struct FrontEndConfiguration: Sendable {
    /// Who may call.
    public enum Access: Sendable {
        /// Whoever shows a token, a session or a one-time link.
        case token(Authenticator)
        /// Everyone, as one user; only for servers that listen on loopback.
        case everyone
    }

    /// Who may call.
    public var access: Access
    /// Origins other than the server's own from which pages may call, such as `https://lab.example`.
    public var allowedOrigins: Set<String> = []
    /// Whether only this machine can reach the server.
    public var isLoopback = true
    /// What one connection may ask.
    public var limits = ProtocolLimits()
    /// The least time from one frame to the next where a client names none.
    public var flushInterval = Duration.milliseconds(16)
    /// The time from one tick to the next.
    public var tickInterval = Duration.seconds(25)
    /// The time in which a client must say who it is.
    public var loginTimeout = Duration.seconds(10)
    /// The program's name and version, for those who ask.
    public var server: String
    /// The program's version, for metrics.
    public var version = ""
    /// Whether each job has a control group, which nothing of it can leave.
    public var containsJobs = false
    /// The answer to `rpc.discover`.
    public var discovery: JSONValue
    /// The page's files.
    public var page: PageFiles
    /// Is told of every message, if somebody records them.
    public var recorder: (any MessageRecorder)?
    /// Reads the task files anew; false if their file system does not answer.
    public var reloadTasks: @Sendable () async -> Bool = { true }

    /// Makes a configuration with the usual limits.
    ///
    /// - Parameters:
    ///   - access: Who may call.
    ///   - server: The program's name and version.
    ///   - discovery: The answer to `rpc.discover`.
    ///   - page: The page's files.
    public init(
        access: Access,
        server: String,
        discovery: JSONValue = [:],
        page: PageFiles = PageFiles()
    ) {
        self.access = access
        self.server = server
        self.discovery = discovery
        self.page = page
    }
}
