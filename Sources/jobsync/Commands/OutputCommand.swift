import ArgumentParser
import Foundation
import JSON

/// `jobsync output`.
struct OutputCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "output",
        abstract: "List the files that a job has kept, or fetch one of them.",
        discussion: """
              jobsync output f41e8c                            what there is
              jobsync output f41e8c out.sam --to .             into the current folder
              jobsync output f41e8c qc/a.html --to report.html
              jobsync output f41e8c out.sam | samtools view -

            Without --to a file goes to standard output; to a terminal only if it is text. A file \
            that --to names is replaced once all of the new one is there.
            """
    )

    @Argument(help: "The job.") var id: String

    @Argument(help: "Which of its outputs; all are listed if left out.") var name: String?

    @Option(
        help: ArgumentHelp("Where it is put; into a folder under its own name.", valueName: "file"),
        completion: .file()
    )
    var to: String?

    @Flag(help: "Print the list as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func validate() throws {
        if name == nil, to != nil { throw ValidationError("--to: which output? Give its NAME") }
        if name != nil, json { throw ValidationError("--json: is for the list, without a NAME") }
    }

    func run() async throws {
        let connection = try await server.connect()
        if let name {
            try await fetch(name, over: connection)
        } else {
            try await list(over: connection)
        }
        await connection.close()
    }

    // MARK: The list

    private func list(over connection: ServerConnection) async throws {
        let detail = try await connection.ask("jobs.detail", ["_id": .string(id)])
        let outputs = detail["outputs"]?.arrayValue ?? []
        guard !json else { return Output.line(JSONValue.array(outputs).description) }
        guard !outputs.isEmpty else {
            let host = detail["log"]?["host"]?.stringValue
            Output.remark(
                host.map { "what \"\(id)\" has kept is on \($0), where it ran" }
                    ?? "\"\(id)\" has kept nothing"
            )
            return
        }
        var table = Table(columns: [
            Table.Column(title: "SIZE", isRightAligned: true), Table.Column(title: "NAME"),
        ])
        for output in outputs {
            let size = Words.bytes(output["size"]?.integerValue ?? 0)
            table.rows.append([Table.Cell(size), Table.Cell(output["name"]?.stringValue ?? "")])
        }
        for line in table.lines(width: nil, hasColour: Terminal.hasColour) { Output.line(line) }
    }

    // MARK: One of them

    private func fetch(_ name: String, over connection: ServerConnection) async throws {
        let target = try to.map { try TargetFile($0, for: name) }
        var line = ProgressLine()
        var offset = 0
        var tag: String?
        do {
            while true {
                let part = try await connection.ask(
                    "jobs.output",
                    ["_id": .string(id), "name": .string(name), "offset": .integer(offset)]
                )
                guard let size = part["size"]?.integerValue, let itsTag = part["tag"]?.stringValue,
                    let bytes = part["data"]?.stringValue.flatMap({ Data(base64Encoded: $0) }),
                    tag == nil || tag == itsTag, !bytes.isEmpty || offset >= size
                else { throw CommandFailure(.failed, "\(name) has changed while it was read") }
                tag = itsTag
                if let target {
                    try target.write(bytes)
                } else {
                    try Self.print(Array(bytes), of: name)
                }
                offset += bytes.count
                if target != nil || !Terminal.isOutput {
                    line.show(Self.progress(of: name, at: offset, of: size))
                }
                if offset >= size { break }
            }
            line.clear()
            try target?.finish()
        } catch {
            line.clear()
            target?.discard()
            throw error
        }
    }

    private static func print(_ bytes: [UInt8], of name: String) throws(CommandFailure) {
        let isText = !bytes.contains {
            $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) || $0 == 0x7F
        }
        guard isText || !Terminal.isOutput else {
            throw CommandFailure(.usage, "\(name) is not text; give --to FILE, or a pipe")
        }
        guard Output.bytes(bytes) else {
            throw CommandFailure(.failed, "standard output: \(String(cString: strerror(errno)))")
        }
    }

    private static func progress(of name: String, at offset: Int, of size: Int) -> String {
        let share = size > 0 ? Double(offset) / Double(size) : 1
        let width = 24
        let filled = Int(share * Double(width))
        let bar =
            String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return
            "\(bar) \(Words.percent(share))  \(Words.bytes(offset)) of \(Words.bytes(size))  \(name)"
    }
}
