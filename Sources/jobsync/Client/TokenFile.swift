import Foundation

/// The file that holds the token for servers on this machine.
struct TokenFile {
    /// As it is shown to people.
    static let shownPath = "~/.config/jobsync/token"

    let path: String

    init(environment: [String: String]) {
        let home = environment["HOME"] ?? NSHomeDirectory()
        let given = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        path = (given ?? home + "/.config") + "/jobsync/token"
    }

    /// The token, or nil if there is no file.
    ///
    /// - Throws: A failure if others can read the file: then the token is no secret any more.
    func read() throws(CommandFailure) -> String? {
        guard let content = try? GivenFile.read(path) else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw CommandFailure(
                .failed,
                "\(path) can be read by others; make it yours alone with: chmod 600 \(path)"
            )
        }
        let token = String(decoding: content, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return token.isEmpty ? nil : token
    }

    /// Keeps a token, readable by its owner only.
    func write(_ token: String) throws(CommandFailure) {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            // Made anew, so that it is never readable by others, not even for a moment.
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
        } catch {
            throw CommandFailure(.failed, "\(path): cannot be written: \(reason(of: error))")
        }
        let isWritten = FileManager.default.createFile(
            atPath: path,
            contents: Data((token + "\n").utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else { throw CommandFailure(.failed, "\(path): cannot be written") }
    }
}
