import Foundation
import JobProtocol
import JobTasks
import SystemPackage
import WebSockets

/// What the program's exit code says.
enum CommandStatus: Int32, Sendable {
    /// All went well.
    case success = 0
    /// The server refused the call, or something on this side failed.
    case failed = 1
    /// The command line or a configuration file is wrong.
    case usage = 2
    /// The job that was waited for ended in `error` or was cancelled.
    case jobFailed = 3
    /// The server cannot be reached.
    case unreachable = 4
    /// The token is wrong or missing, or lacks a permission.
    case notAllowed = 5
    /// A replay did not go as recorded.
    case differs = 6
    /// A replay went as recorded, but its figures are not to be believed.
    case notValid = 7
    /// A validation has not reached its goals.
    case goalsMissed = 8
    /// Ended by Ctrl-C, as shells count it.
    case interrupted = 130
}

/// Why a command ended without success: the exit code, and one line for people.
struct CommandFailure: Error, Hashable {
    let status: CommandStatus
    let message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// A call that the server refused.
    init(_ error: RPCError) {
        switch error.code {
        case .unauthenticated:
            self.init(
                .notAllowed,
                "the server wants a token; give it with --token, in JOBSYNC_TOKEN or in the file "
                    + TokenFile.shownPath
            )
        case .forbidden: self.init(.notAllowed, error.message)
        default: self.init(.failed, error.message)
        }
    }

    /// A server that cannot be reached.
    init(_ error: WebSocketClientError, address: ServerAddress) {
        switch error {
        case .refused(status: 401):
            self.init(.notAllowed, "the server at \(address) does not know this token")
        case .refused(status: 403):
            self.init(.notAllowed, "the server at \(address) does not let us in (HTTP 403)")
        case .refused(status: 404):
            self.init(.unreachable, "there is no Jobsync server at \(address) (HTTP 404)")
        // What the library says when nobody listens.
        case .unreachable(_, reason: "closed before established"):
            self.init(.unreachable, "cannot reach the server at \(address): nobody answers there")
        case .unreachable(_, let reason):
            self.init(.unreachable, "cannot reach the server at \(address): \(reason)")
        default: self.init(.unreachable, "the server at \(address): \(error)")
        }
    }
}

/// What an error of the system says, without the name of its type.
func reason(of error: any Error) -> String {
    switch error {
    case let error as Errno: error.reason
    case let error as CocoaError where error.code == .fileReadNoSuchFile: "no such file"
    case let error as CocoaError where error.code == .fileReadNoPermission: "not permitted"
    default: (error as NSError).localizedDescription
    }
}
