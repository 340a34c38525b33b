import ArgumentParser
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Threads

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

    /// So many the server has at the least.
    private static let threads = 32

    func run() async throws {
        guard ThreadRoom.has(Self.threads) else {
            // Here, for the way back to the main thread takes one more.
            Jobsync.end(
                with: StartError(
                    message:
                        "the system does not give the server \(Self.threads) threads; its limits of processes "
                        + "(ulimit -u, pids.max of its control group) or of memory (ulimit -v) are too low"
                )
            )
        }
        await Self.serve(options)
    }

    /// Serves, and ends the process.
    ///
    /// The way back to the main thread would not end while the system has no thread to give.
    @concurrent
    private static func serve(_ options: ServeOptions) async -> Never {
        do {
            try await serveUntilTheEnd(options)
        } catch {
            Jobsync.end(with: error)
        }
        Foundation.exit(CommandStatus.success.rawValue)
    }

    private static func serveUntilTheEnd(_ options: ServeOptions) async throws {
        let settings = try Self.settings(of: options)
        ServerLog.bootstrap(level: settings.logLevel, format: settings.logFormat)
        let logger = Logger(label: "jobsync")
        let reread: @Sendable () -> ServeSettings? = {
            do throws(CommandFailure) {
                return try Self.settings(of: options)
            } catch {
                logger.error("the settings stay as they are: \(error.message)")
                return nil
            }
        }
        let (reloads, reloader) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let program = ServerProgram(
            settings: settings,
            logger: logger,
            reread: reread,
            reloads: reloads
        )
        let group = ServiceGroup(services: [program], logger: logger)
        let listener = SignalListener([SIGTERM, SIGINT, SIGHUP]) { signal, _ in
            if signal == SIGHUP {
                reloader.yield()
            } else {
                let name = signal == SIGINT ? "SIGINT" : "SIGTERM"
                logger.info("the server is told to end", metadata: ["signal": "\(name)"])
                Task { await group.triggerGracefulShutdown() }
            }
        }
        let patience = settings.endWithin
        let deadline = EndingDeadline(signals: [SIGTERM, SIGINT], patience: patience) {
            logger.critical(
                "the server has not come to its end in \(patience), and is ended; running jobs go on"
            )
            _exit(CommandStatus.failed.rawValue)
        }
        defer { withExtendedLifetime((listener, deadline)) {} }
        do {
            try await group.run()
        } catch let error as StartError where settings.logFormat == .json {
            // Whoever reads the lines as JSON is to learn of this too.
            logger.critical("\(error.message)")
            throw ExitCode(CommandStatus.usage.rawValue)
        }
    }

    private static func settings(of options: ServeOptions) throws(CommandFailure) -> ServeSettings {
        do throws(SettingsError) {
            return try options.settings(environment: ProcessInfo.processInfo.environment) {
                try GivenFile.text($0)
            }
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}
