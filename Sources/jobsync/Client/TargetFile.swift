import Foundation
import JobTasks
import SystemPackage

/// A file that is there under its name only when it is whole.
struct TargetFile {
    private let path: String
    private let part: String
    private let file: Int32

    /// Begins the file.
    ///
    /// - Parameters:
    ///   - place: A file, or a folder in which it gets the output's own name.
    ///   - output: The output's name.
    /// - Throws: Why it cannot be made.
    init(_ place: String, for output: String) throws(CommandFailure) {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: place, isDirectory: &isFolder)
        let own =
            output.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
            ?? output
        path =
            isThere && isFolder.boolValue || place.utf8.last == UInt8(ascii: "/")
            ? "\(place)/\(own)" : place
        part = path + ".part"
        do throws(Errno) {
            file = try Files.openRegular(
                FilePath(part),
                O_WRONLY | O_CREAT | O_TRUNC,
                followsLink: true
            )
        } catch {
            throw CommandFailure(.usage, "\(part): \(error.reason)")
        }
    }

    func write(_ bytes: Data) throws(CommandFailure) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { throw Self.failure(part) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Puts the whole file in its place.
    func finish() throws(CommandFailure) {
        guard close(file) == 0, rename(part, path) == 0 else { throw Self.failure(path) }
    }

    /// Removes what there is.
    func discard() {
        close(file)
        unlink(part)
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(path): \(String(cString: strerror(errno)))")
    }
}
