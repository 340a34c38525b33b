import ArgumentParser
import Foundation
import JobModel
import JobStorage
import Logging
import Synchronization

/// `jobsync store copy`.
struct StoreCopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy all jobs, records of kept data and limits, while no server runs.",
        discussion: """
            A store is a data folder, the .sqlite file in it, or a MongoDB:

              jobsync store copy --from /srv/jobsync --to 'mongodb://db1,db2/lab?replicaSet=rs0'
              jobsync store copy --from mongo --to ~/jobs

            `mongo` stands for the URI in JOBSYNC_MONGO, and keeps a password out of `ps`. The \
            source is only read. The target must be empty. What has arrived is counted, read back \
            and compared with the source before the copy counts as finished.

            If it is interrupted, in whatever way, the same command goes on from what is there; \
            until it has finished no server starts with the target. Once it has, the same command \
            says that both are the same. From then on run servers with one of the two only: jobs \
            that wait in both would run twice.

            Logs, kept data itself and running jobs' journals stay in the data folder: start the \
            server with the same --data as before, and it finds running jobs again.

            EXIT CODES
              0  both stores hold the same
              1  the target holds something else, or a store failed half way, or something in the \
            source could not be read and was left behind, which is named
              2  a store cannot be opened, or a server uses it
            """
    )

    @Option(
        help: ArgumentHelp("Where to read.", valueName: "store"),
        completion: .directory
    )
    var from: String

    @Option(
        help: ArgumentHelp("Where to write: an empty store.", valueName: "store"),
        completion: .directory
    )
    var to: String

    func run() async throws {
        let source = try Self.location(from, "--from")
        let target = try Self.location(to, "--to")
        guard source != target else {
            throw CommandFailure(.usage, "--from and --to are one store: \(source)")
        }
        if case .file(let path) = source, !FileManager.default.fileExists(atPath: path) {
            throw CommandFailure(.usage, "--from: there is no store at \(path)")
        }
        let stores = try await StorePair.open(
            from: source,
            to: target,
            logger: Logger(label: "jobsync") { _ in RemarkLogHandler() }
        )
        let outcome = await copy(stores)
        let unreadable = stores.source.store.setAside
        await stores.close()
        let report = try outcome.get()
        let records = report.records
        let all =
            Wording.count(report.jobs, "job")
            + (records > 0 ? " and \(Wording.count(records, "record")) of kept data" : "")
        switch report.written + report.recordsWritten {
        case 0: Output.line("nothing to do: \(target) holds the same \(all) as \(source)")
        case report.jobs + records: Output.line("copied \(all) from \(source) to \(target)")
        case let written:
            Output.line("copied the remaining \(written) of \(all) from \(source) to \(target)")
        }
        guard unreadable.isEmpty else { throw Self.leftBehind(unreadable) }
        Output.line("both hold the same, sha256 \(report.digest)")
    }

    private static func leftBehind(_ things: [SetAside]) -> CommandFailure {
        let named = things.prefix(10).map { "\($0.kind.rawValue) \($0.id): \($0.reason)" }
        let more = things.count > named.count ? "\nand \(things.count - named.count) more" : ""
        return CommandFailure(
            .failed,
            "\(things.count) in the source cannot be read and stayed behind:\n"
                + named.joined(separator: "\n") + more
        )
    }

    private static func location(
        _ text: String,
        _ option: String
    ) throws(CommandFailure) -> StoreLocation {
        do throws(UnusableText) {
            return try StoreLocation(text, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure(.usage, "\(option): must be \(error.expected)")
        }
    }

    private func copy(_ stores: StorePair) async -> Result<StoreCopy.Report, CommandFailure> {
        let line = Mutex(CopyProgress())
        let copy = StoreCopy(
            from: stores.source.store,
            to: stores.target.store,
            settings: stores.settings,
            name: "store-copy-\(ProcessInfo.processInfo.processIdentifier)"
        ) { progress in
            line.withLock { $0.show(progress) }
        }
        defer { line.withLock { $0.clear() } }
        // The lease of a server, or of a copy, that was killed holds for up to 6 s.
        let patience = ContinuousClock.now + .seconds(8)
        while true {
            do throws(StoreCopyError) {
                return .success(try await copy.run())
            } catch {
                if case .inUse = error, ContinuousClock.now < patience {
                    line.withLock { $0.showWaiting() }
                    try? await Task.sleep(for: .seconds(1))
                    continue
                }
                return .failure(Self.failure(error, stores))
            }
        }
    }

    private static func failure(_ error: StoreCopyError, _ stores: StorePair) -> CommandFailure {
        let (source, target) = (stores.source.location, stores.target.location)
        func location(_ side: StoreCopyError.Side) -> StoreLocation {
            side == .source ? source : target
        }
        return switch error {
        case .sameStore:
            CommandFailure(.usage, "--from and --to are one store: \(source), \(target)")
        case .occupied:
            CommandFailure(
                .failed,
                "\(target) holds other jobs or settings, and was left as it is; copy to an empty store"
            )
        case .otherCopy:
            CommandFailure(
                .failed,
                "\(target) holds an unfinished copy of another store than \(source), "
                    + "and was left as it is"
            )
        case .inUse(let side, let server):
            CommandFailure(
                .usage,
                "a server\(server.map { " (\($0))" } ?? "") uses \(location(side)); end it first"
            )
        case .different(let sent, let arrived):
            CommandFailure(
                .failed,
                "\(target) gives back \(Wording.count(arrived.jobs, "job")) and "
                    + "\(Wording.count(arrived.records, "record")) with sha256 \(arrived), but "
                    + "\(source) holds \(sent.jobs) and \(sent.records) with \(sent): something "
                    + "else writes to one of them"
            )
        case .unavailable(let side, let reason):
            CommandFailure(
                .failed,
                "\(location(side)) does not answer: \(reason); the same command goes on from here"
            )
        }
    }
}

/// The line on the terminal that tells how far a copy is.
private struct CopyProgress {
    private var line = ProgressLine()
    private var next = ContinuousClock.now

    /// Shows it now and then; telling of each job would take longer than copying it.
    mutating func show(_ progress: StoreCopy.Progress) {
        guard ContinuousClock.now >= next else { return }
        next = .now + .milliseconds(100)
        switch progress {
        case .copied(let count): line.show("copied \(Wording.count(count, "job"))")
        case .checked(let count): line.show("compared \(Wording.count(count, "job"))")
        }
    }

    mutating func showWaiting() {
        line.show("waiting, for a server may still use one of the stores")
    }

    mutating func clear() { line.clear() }
}

/// Writes warnings of a store as remarks.
private struct RemarkLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value)" }
        let suffix = details.isEmpty ? "" : " (\(details.joined(separator: ", ")))"
        Output.remark("\(event.message)\(suffix)")
    }
}
