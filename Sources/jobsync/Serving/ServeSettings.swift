import JobModel
import Logging

/// How a server is to run.
struct ServeSettings: Hashable, Sendable {
    /// Who may call.
    enum Access: String, Hashable, Sendable, CaseIterable {
        /// Whoever shows a token, a browser's session or a one-time link.
        case token
        /// Everyone; on loopback only.
        case none
    }

    /// What a server that shares its store with others does.
    enum Role: String, Hashable, Sendable, CaseIterable {
        /// Serves clients, and takes a turn at leading: then jobs run on its machine.
        case all
        /// Serves clients.
        case front
    }

    /// How log lines look.
    enum LogFormat: String, Hashable, Sendable, CaseIterable {
        /// For people.
        case text
        /// One JSON object a line, for programs that collect logs.
        case json
    }

    /// Whether messages are compressed.
    enum Compression: String, Hashable, Sendable, CaseIterable {
        /// For clients that take it, from some size on.
        case on
        case off
    }

    /// Where to listen: a name or an address.
    var host = "127.0.0.1"
    /// The TCP port; 0 takes any free one.
    var port = 9950
    /// The data folder, absolute.
    var data = ""
    /// The URI of the MongoDB that keeps the jobs, with its password; if nil the data folder does.
    var mongo: String?
    var role = Role.all
    /// How long another server may be silent before its jobs are lost.
    var lostAfter = Duration.seconds(300)
    /// Cores for jobs; if nil what was set before, else what the machine has less a reserve.
    var proc: Int?
    /// Memory for jobs in GB; if nil as with cores.
    var mem: Int?
    /// The folder of task files; `tasks` in the data folder if nil.
    var tasks: String?
    var access = Access.token
    /// Origins other than the server's own from which pages may call.
    var allowedOrigins: [String] = []
    /// Calls a second on one connection; 0 is no limit.
    var rate = 1000
    /// How long a client may take nothing of what is to be sent to it.
    var stallAfter = Duration.seconds(10)
    /// How long an orderly end may take; service managers wait 90 s before they kill.
    var endWithin = Duration.seconds(30)
    /// Connections at a time; if nil as many as there are descriptors for.
    var maxConnections: Int?
    /// Connections at a time that have not logged in.
    var maxStrangers = 200
    /// How many of these may come from one address.
    var maxStrangersPerAddress = 50
    var compression = Compression.off
    /// The folder of the page's files; if nil it is looked for.
    var web: String?
    /// The file that messages are recorded in, absolute; nil to record none.
    var record: String?
    /// The least important messages that are logged.
    var logLevel = Logger.Level.notice
    var logFormat = LogFormat.text
}
