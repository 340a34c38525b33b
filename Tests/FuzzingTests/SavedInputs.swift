import Foundation

/// What lies in `Fuzzing/`, and the recorded conversations.
struct SavedInputs {
    /// Whole files, and each of their lines.
    let inputs: [[UInt8]]
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
        let dictionary = try String(
            contentsOf: root.appending(path: "Fuzzing/corners.dict"),
            encoding: .utf8
        )
        corners = dictionary.split(separator: "\n").filter { $0.hasPrefix("\"") }
            .map { [UInt8]($0.dropFirst().dropLast().utf8) }
    }
}
