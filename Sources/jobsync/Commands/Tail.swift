import ArgumentParser
import JSON
import JobModel

/// `jobsync tail`.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the end of a job's log, and what is written to it from then on.",
        discussion: """
              jobsync tail f41e8c
              jobsync tail --follow f41e8c      until the job has ended
              jobsync tail --all f41e8c > f41e8c.log
            """
    )

    /// The most that the server gives at once.
    private static let part = 64 << 10

    @Argument(help: "The job.") var id: String

    @Flag(name: .shortAndLong, help: "Go on until the job has ended.") var follow = false

    @Option(name: [.customShort("n"), .long], help: "How many lines.") var lines = 20

    @Flag(help: "The whole log.") var all = false

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines: must be at least 0") }
    }

    func run() async throws {
        let reader = LogReader(id: id, start: all ? 0 : -Self.part)
        let connection = try await server.connect()
        let follower = JobFollower(["_id": .string(id)], on: connection) {
            (connection) async throws(CallFailure) in
            try await reader.begin(on: connection)
        }
        var outage = OutageRemarks()
        var isFirst = true
        var colours = ColourFilter()
        func print() {
            var text = reader.take()
            if isFirst, !all { text = Self.lastLines(lines, of: text) }
            isFirst = false
            Output.text(Terminal.hasColour ? text : colours.removed(from: text))
        }
        try await follower.begin()
        print()
        while !reader.hasEnded, follow || !reader.isAtEnd {
            switch try await follower.next() {
            case .pushed(let push): reader.read(push)
            case .lost(let loss, _): outage.noted(loss)
            case .changed: outage.isOver()
            case .resources: break
            }
            print()
        }
        await follower.connection?.close()
    }

    /// The last lines of a text that may begin in the middle of one.
    static func lastLines(_ count: Int, of text: String) -> String {
        guard count > 0 else { return "" }
        var found = 0
        var index = text.endIndex
        while index > text.startIndex {
            let previous = text.index(before: index)
            // The break that ends the text ends its last line and begins none.
            if text[previous].isNewline, index < text.endIndex {
                found += 1
                if found == count { return String(text[index...]) }
            }
            index = previous
        }
        return text
    }
}

/// Reads a log over any number of connections, each part of it once.
final class LogReader {
    private let id: String
    private var start: Int
    private var size = 0
    private var text = ""
    /// Whether nothing more will be written.
    private(set) var hasEnded = false

    /// Reads a job's log.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - start: The first byte; a negative number counts from the end.
    init(id: String, start: Int) {
        self.id = id
        self.start = start
    }

    /// Whether everything that was there at the beginning has come.
    var isAtEnd: Bool { start >= size }

    /// Asks for the log from where this reader stands.
    func begin(on connection: ServerConnection) async throws(CallFailure) {
        let answer = try await connection.call(
            "jobs.tail",
            ["_id": .string(id), "offset": .integer(start)]
        )
        take(answer.objectValue ?? [:])
        size = answer["size"]?.countValue ?? 0
    }

    /// Takes a push `jobs.log`; others are not looked at.
    func read(_ push: Push) {
        guard push.method == "jobs.log", push.params["_id"] == .string(id) else { return }
        take(push.params)
    }

    /// What has come since it was asked the last time.
    func take() -> String {
        defer { text = "" }
        return text
    }

    private func take(_ part: JSONObject) {
        let piece = part["text"]?.stringValue ?? ""
        text += piece
        start = (part["offset"]?.countValue ?? start) + piece.utf8.count
        hasEnded = part["ended"]?.boolValue ?? false
    }
}
