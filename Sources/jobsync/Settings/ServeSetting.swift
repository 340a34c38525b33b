import ArgumentParser

/// The settings of `jobsync serve`, each with all that is to be said about it.
///
/// The option `--log-level`, the variable `JOBSYNC_LOG_LEVEL` and the key `log-level` of a
/// configuration file are one setting; their names and the help come from here.
enum ServeSetting: String, CaseIterable, Sendable {
    case listen
    case data
    case mongo
    case role
    case lostAfter = "lost-after"
    case proc
    case mem
    case tasks
    case auth
    case allowOrigin = "allow-origin"
    case rate
    case stallAfter = "stall-after"
    case endWithin = "end-within"
    case maxConnections = "max-connections"
    case maxStrangers = "max-strangers"
    case maxStrangersPerAddress = "max-strangers-per-address"
    case compression
    case web
    case record
    case logLevel = "log-level"
    case logFormat = "log-format"

    /// The option on the command line.
    var option: String { "--\(rawValue)" }

    /// The environment variable.
    var variable: String {
        "JOBSYNC_" + String(rawValue.map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// Whether there may be several values: the option again, a list in a file, commas in the environment.
    var isList: Bool { self == .allowOrigin }

    /// Whether the value may hold a password, and is not to be shown in messages.
    var isSecret: Bool { self == .mongo }

    /// What stands for the value in the help.
    var placeholder: String {
        switch self {
        case .listen: "host:port"
        case .data, .tasks, .web: "dir"
        case .mongo: "uri"
        case .role: "all|front"
        case .lostAfter, .stallAfter, .endWithin: "time"
        case .proc, .rate, .maxConnections, .maxStrangers, .maxStrangersPerAddress: "n"
        case .mem: "GB"
        case .auth: "token|none"
        case .allowOrigin: "origin"
        case .record: "file"
        case .logLevel: "level"
        case .logFormat: "text|json"
        case .compression: "on|off"
        }
    }

    /// What the setting does, and what it is if nobody says.
    var summary: String {
        switch self {
        case .listen:
            "Where to listen; port 0 takes a free one. (default: 127.0.0.1:9950)"
        case .data:
            "The folder that holds everything. (default: ~/.local/share/jobsync)"
        case .mongo:
            """
            Keep jobs in this MongoDB, mongodb://HOST,HOST/DATABASE?replicaSet=NAME, which any \
            number of servers can share; a password is safer in JOBSYNC_MONGO or a file than \
            here, where `ps` shows it. (default: a file in the data folder)
            """
        case .role:
            """
            With --mongo: take a turn at leading, and then start jobs on this machine, or be a \
            front end only. (default: all)
            """
        case .lostAfter:
            """
            With --mongo: how long a server may be silent before its jobs are reported lost, \
            such as 90s, 5m or 1h. (default: 5m)
            """
        case .proc:
            "Cores that jobs may use. (default: what the machine has, less a reserve)"
        case .mem:
            "Memory in GB that jobs may use. (default: what the machine has, less a reserve)"
        case .tasks:
            "The folder of task files. (default: DATA/tasks)"
        case .auth:
            "Who may call: those with a token, or everyone, on loopback only. (default: token)"
        case .allowOrigin:
            "Another origin whose pages may call, such as https://lab.example; may be repeated."
        case .rate:
            "Calls a second that one connection may make; 0 for no limit. (default: 1000)"
        case .stallAfter:
            """
            How long a client may take nothing of what is to be sent to it before it is cut off, \
            such as 10s or 1m. (default: 10s)
            """
        case .endWithin:
            """
            How long the server may take to its end when it is told to, such as 10s or 1m, before it \
            just stops; either way running jobs go on. (default: 30s)
            """
        case .maxConnections:
            """
            Connections at a time; whoever comes beyond is answered 503. (default: as many as the \
            process may have files open, less an eighth for jobs and the store)
            """
        case .maxStrangers:
            """
            Connections at a time that have not logged in, the page's among them; for one more the one \
            that has been silent for longest is closed. (default: 200)
            """
        case .maxStrangersPerAddress:
            "How many of these may come from one address. (default: 50)"
        case .compression:
            """
            Compress messages from 1 KB on for clients that take it: for slow links, at the cost \
            of time. (default: off)
            """
        case .web:
            "The folder of the page's files. (default: the one that came with the program)"
        case .record:
            """
            Write down what clients and server say to each other, in a new file, for `jobsync \
            replay`. Tokens are left out; arguments of jobs and their logs are not.
            """
        case .logLevel:
            "trace, debug, info, notice, warning, error or critical. (default: notice)"
        case .logFormat:
            "How lines of the log on standard error look; json is one object a line. (default: text)"
        }
    }

    /// The help of the option.
    var help: ArgumentHelp {
        ArgumentHelp(summary, valueName: placeholder)
    }
}
