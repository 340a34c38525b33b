import ArgumentParser
import Foundation
import JSON

/// Where something that the server hands out is put.
struct ExportTarget: ParsableArguments {
    /// Large samples take their time to be read.
    private static let patience = Duration.seconds(1800)
    /// So many reads or pairs are asked for at once.
    private static let readsAtOnce = 50_000

    @Option(
        help: ArgumentHelp(
            "Where it is put; into a folder under its own name, `-` for standard output.",
            valueName: "file"
        ),
        completion: .file()
    )
    var to: String?

    /// Asks for something, and puts it there.
    func fetch(
        _ method: String,
        _ params: JSONObject,
        over connection: ServerConnection
    ) async throws(CommandFailure) {
        let answer = try await connection.ask(method, params, within: Self.patience)
        guard let text = answer["text"]?.stringValue, let name = answer["name"]?.stringValue else {
            throw CommandFailure(.failed, "the server's answer is no export")
        }
        let place = try ExportPlace(to, name)
        try place.write(text)
        try place.finish()
    }

    /// Asks for a part after the other, until there are no more, and puts all there.
    func fetchParts(
        _ method: String,
        _ params: JSONObject,
        over connection: ServerConnection
    ) async throws(CommandFailure) {
        var place: ExportPlace?
        var from = 0
        do throws(CommandFailure) {
            while true {
                var params = params
                params["from"] = .integer(from)
                params["limit"] = .integer(Self.readsAtOnce)
                let answer = try await connection.ask(method, params, within: Self.patience)
                guard let text = answer["text"]?.stringValue,
                    let name = answer["name"]?.stringValue,
                    let total = answer["total"]?.countValue
                else { throw CommandFailure(.failed, "the server's answer is no export") }
                let target: ExportPlace
                if let place { target = place } else { target = try ExportPlace(to, name) }
                place = target
                try target.write(text)
                from += Self.readsAtOnce
                if from >= total { break }
            }
            try place?.finish()
        } catch {
            place?.discard()
            throw error
        }
    }
}

/// A file, or standard output.
private struct ExportPlace {
    private let file: TargetFile?

    init(_ place: String?, _ name: String) throws(CommandFailure) {
        guard let place, place != "-" else {
            file = nil
            return
        }
        file = try TargetFile(place, for: name)
    }

    func write(_ text: String) throws(CommandFailure) {
        guard let file else {
            guard Output.bytes(Array(text.utf8)) else {
                throw CommandFailure(
                    .failed,
                    "standard output: \(String(cString: strerror(errno)))"
                )
            }
            return
        }
        do throws(CommandFailure) {
            try file.write(Data(text.utf8))
        } catch {
            file.discard()
            throw error
        }
    }

    func finish() throws(CommandFailure) { try file?.finish() }

    func discard() { file?.discard() }
}
