import Foundation
import JobModel

/// A server's name for good: with it a server finds the jobs again that run on its machine.
///
/// It lies in the data folder, as the jobs' journals do, and must stay with them.
enum ServerIdentity {
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")

    /// The name of a data folder's server; made by the first who asks.
    ///
    /// - Parameter data: The data folder, which nobody else uses meanwhile.
    /// - Returns: The name.
    /// - Throws: A line for people if the file cannot be read or written, or holds something else.
    static func name(in data: String) throws(StartError) -> String {
        let path = data + "/server-id"
        do {
            guard FileManager.default.fileExists(atPath: path) else { return try make(path) }
            let text = try String(contentsOfFile: path, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            // The same form as a job's id, so that it can stand anywhere.
            guard JobID(text) != nil else {
                throw StartError(
                    message: "\(path) does not hold a server's name (\(JobID.form)); "
                        + "it was left as it is"
                )
            }
            return text
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError(message: "\(path): \(reason(of: error))")
        }
    }

    private static func make(_ path: String) throws -> String {
        let name = String((0..<12).map { _ in alphabet.randomElement() ?? "0" })
        let newPath = path + ".new"
        let isMade = FileManager.default.createFile(
            atPath: newPath,
            contents: nil,
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw StartError(message: "\(path) cannot be written") }
        let file = try FileHandle(forWritingTo: URL(filePath: newPath))
        defer { try? file.close() }
        try file.write(contentsOf: Data((name + "\n").utf8))
        try file.synchronize()
        // Under its name only when it is whole.
        try FileManager.default.moveItem(atPath: newPath, toPath: path)
        return name
    }
}
