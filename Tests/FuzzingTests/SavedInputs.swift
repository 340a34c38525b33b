import Foundation
import JSON

/// What lies in `Fuzzing/`, and the recorded conversations.
struct SavedInputs {
    /// Whole files, and each of their lines.
    let inputs: [[UInt8]]
    /// What clients said in the recorded conversations, and what only attackers say.
    let conversations: [[UInt8]]
    /// Numbers and dates at which arithmetic breaks.
    let corners: [[UInt8]]

    /// Reads them from the checkout that this file is compiled in.
    init() throws {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folders = ["Fuzzing/corpus", "protocol/vectors", "protocol/vectors/tasks"]
        var inputs: [[UInt8]] = []
        for folder in folders.map({ root.appending(path: $0) }) {
            let files = try FileManager.default
                .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { !$0.hasDirectoryPath && $0.pathExtension != "md" }
            for file in files.sorted(by: { $0.path < $1.path }) {
                let bytes = try [UInt8](Data(contentsOf: file))
                inputs.append(bytes)
                guard file.pathExtension == "jsonl" else { continue }
                inputs += bytes.split(separator: UInt8(ascii: "\n")).map { [UInt8]($0) }
            }
        }
        self.inputs = inputs
        let vectors = root.appending(path: "protocol/vectors")
        conversations = try Self.recorded(in: vectors) + Self.written
        let dictionary = try String(
            contentsOf: root.appending(path: "Fuzzing/corners.dict"),
            encoding: .utf8
        )
        corners = dictionary.split(separator: "\n").filter { $0.hasPrefix("\"") }
            .map { [UInt8]($0.dropFirst().dropLast().utf8) }
    }

    private static func recorded(in folder: URL) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "jsonl" }.sorted { $0.path < $1.path }
            .map { file in
                let lines = try [UInt8](Data(contentsOf: file)).split(separator: UInt8(ascii: "\n"))
                let said = try lines.compactMap { line -> [UInt8]? in
                    let event = try JSONValue(parsing: Array(line))
                    return event["dir"] == "in" ? event["msg"]?.encoded : nil
                }
                return Array(said.joined(separator: "\n".utf8))
            }
    }

    /// Strangers who log in, compressed messages, and frames as they are.
    private static let written: [[UInt8]] = {
        let login =
            #"{"jsonrpc":"2.0","id":1,"method":"session.authenticate","params":{"token":"{TOKEN}"}}"#
        let call = #"{"jsonrpc":"2.0","id":2,"method":"session.whoami"}"#
        let long = #"{"a":""# + String(repeating: "a", count: 4_101) + #""}"#
        let texts = [
            "\u{2}\n\(login)\n\(call)",
            "\u{2}\n\(call)",
            "\u{3}\(call)\n\u{3}\(long)",
            "\u{4}\(call)",
        ]
        let frames: [[UInt8]] = [
            [0x89, 0x80, 0, 0, 0, 0],
            [0x01, 0x81, 0, 0, 0, 0, 0x61],
            [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8],
            Array(repeating: 0xFF, count: 8),
        ]
        return texts.map { Array($0.utf8) } + frames.map { [1] + $0 }
    }()
}
