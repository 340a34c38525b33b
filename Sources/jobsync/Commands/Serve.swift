import ArgumentParser
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// `jobsync serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            Prints `listening on http://…` when it is ready, and before it a link that opens the \
            page once. SIGTERM or Ctrl-C ends it and leaves running jobs alone: the next server \
            finds them again. SIGHUP reads the task files and the limits of cores and memory anew.

            With --mongo jobs are kept in a MongoDB replica set, 5.0 or later, of one member or \
            more. All servers with the same URI, each with a data folder of its own, show the same \
            jobs; one of them starts jobs on its machine, and another takes over when it is gone. \
            docs/mongodb.md has the rest.

            Each setting is looked for on the command line, then in the environment, then in the \
            file of --config. In the environment --allow-origin is JOBSYNC_ALLOW_ORIGIN, its \
            values parted by commas, and so on; --config is JOBSYNC_CONFIG. A file looks like this:

              listen: 0.0.0.0:9950
              data: /srv/jobsync
              proc: 24
              mem: 120
              allow-origin: [https://lab.example]
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try readSettings()
        ServerLog.bootstrap(level: settings.logLevel, format: settings.logFormat)
        let logger = Logger(label: "jobsync")
        let reread: @Sendable () -> ServeSettings? = { [options] in
            do throws(CommandFailure) {
                return try Self.settings(of: options)
            } catch {
                logger.error("the settings stay as they are: \(error.message)")
                return nil
            }
        }
        let group = ServiceGroup(
            services: [ServerProgram(settings: settings, logger: logger, reread: reread)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        let patience = settings.endWithin
        let deadline = EndingDeadline(signals: [SIGTERM, SIGINT], patience: patience) {
            logger.critical(
                "the server has not come to its end in \(patience), and is ended; running jobs go on"
            )
            _exit(CommandStatus.failed.rawValue)
        }
        defer { withExtendedLifetime(deadline) {} }
        do {
            try await group.run()
        } catch let error as StartError where settings.logFormat == .json {
            // Whoever reads the lines as JSON is to learn of this too.
            logger.critical("\(error.message)")
            throw ExitCode(CommandStatus.usage.rawValue)
        }
    }

    private func readSettings() throws(CommandFailure) -> ServeSettings {
        try Self.settings(of: options)
    }

    private static func settings(of options: ServeOptions) throws(CommandFailure) -> ServeSettings {
        do throws(SettingsError) {
            return try options.settings(environment: ProcessInfo.processInfo.environment) {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}
