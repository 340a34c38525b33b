import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

@main
struct Jobsync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobsync",
        version: Program.version,
        subcommands: [Serve.self]
    )
}

struct Serve: AsyncParsableCommand {
    @Option var listen = "127.0.0.1:9950"
    @Option var data: String?
    @Option var proc: Int?
    @Option var mem: Int?
    @Option var tasks: String?
    @Option var auth = "token"

    func run() async throws {
        var settings = ServeSettings()
        let parts = listen.split(separator: ":")
        settings.host = String(parts[0])
        settings.port = Int(parts[1]) ?? 9950
        settings.data = URL(fileURLWithPath: data ?? NSHomeDirectory() + "/.local/share/jobsync").path
        settings.proc = proc
        settings.mem = mem
        settings.tasks = tasks
        settings.access = .init(rawValue: auth) ?? .token
        var logger = Logger(label: "jobsync") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .notice
        let group = ServiceGroup(
            services: [ServerProgram(settings: settings, logger: logger, reread: { nil })],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        do {
            try await group.run()
        } catch let error as StartError {
            FileHandle.standardError.write(Data("jobsync: \(error.message)\n".utf8))
            Foundation.exit(2)
        }
    }
}
