import ArgumentParser
import Foundation
import JobModel
import JobRunning
import Logging

/// The program's commands.
@main
struct Jobsync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobsync",
        abstract: "Runs jobs on one machine and keeps everybody's list of them live.",
        discussion: """
            Start a server, and from another terminal a job:

              jobsync serve
              jobsync new add_host file=peach.fa _id="Prunus persica" --wait
              jobsync watch

            ENVIRONMENT
              JOBSYNC_URL    the server that commands ask (default: \(ServerAddress.usual))
              JOBSYNC_TOKEN  who asks
              NO_COLOR       if set, no colours
              Every option of `serve` is a variable too: see `jobsync help serve`.

            EXIT CODES
              0  all went well
              1  the call failed
              2  the command line or a configuration file is wrong
              3  the job that was waited for ended in error or was cancelled
              4  the server cannot be reached
              5  the token is wrong or missing, or does not allow this
              6  a replay went otherwise than recorded
              7  a replay's figures are not valid
              8  a validation does not reach its goals

            COMPLETION
              bash  jobsync --generate-completion-script bash > \\
                      ~/.local/share/bash-completion/completions/jobsync
              zsh   jobsync --generate-completion-script zsh > ~/.zfunc/_jobsync
              fish  jobsync --generate-completion-script fish > \\
                      ~/.config/fish/completions/jobsync.fish
            """,
        version: "jobsync \(Program.version)",
        groupedSubcommands: [
            CommandGroup(
                name: "Jobs",
                subcommands: [
                    New.self, Cancel.self, Archive.self, Remove.self, List.self, Show.self,
                    Watch.self, Tail.self, OutputCommand.self,
                ]
            ),
            CommandGroup(name: "Data", subcommands: [DataCommand.self]),
            CommandGroup(
                name: "Server",
                subcommands: [
                    Serve.self, Status.self, ResourcesCommand.self, TaskCommand.self,
                    StoreCommand.self, TokenCommand.self, ReplayCommand.self, ValidateCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        // libmongoc makes this file for counters as soon as it is loaded, and warns on standard error
        // where that of a killed process with the same number was left. Nobody reads it.
        shm_unlink("/mongoc-\(getpid())")
        // Before all else: what needs open files would lack them, and some of it in silence.
        _ = OpenFileLimit.raise()
        do {
            try GivenText.check()
            var command = try parseAsRoot()
            // Only a server has a log; what a library has to say to a client is in its errors.
            if !(command is Serve) { LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() } }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Says what went wrong, in the way of all commands, and ends with the code that tells it too.
    static func end(with error: any Error) -> Never {
        switch error {
        case let failure as CommandFailure:
            Output.remark(failure.message)
            Foundation.exit(failure.status.rawValue)
        case let error as StartError:
            Output.remark(error.message)
            Foundation.exit(CommandStatus.usage.rawValue)
        case let code as ExitCode:
            Foundation.exit(code.rawValue)
        default: break
        }
        let message = fullMessage(for: error)
        guard !exitCode(for: error).isSuccess else {
            Output.line(message)
            Foundation.exit(CommandStatus.success.rawValue)
        }
        let prefix = "Error: "
        Output.remark(message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
        // All other errors are those of the parser.
        Foundation.exit(CommandStatus.usage.rawValue)
    }
}
