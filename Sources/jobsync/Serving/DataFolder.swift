import CPlatform
import Foundation
import JobRunning
import JobTasks
import SystemPackage

/// Why a server cannot start, in one line for people; the exit code is 2.
struct StartError: Error {
    let message: String
}

/// The folder that holds all that a server keeps.
enum DataFolder {
    /// The file of tokens and sessions.
    static func accessFile(_ data: String) -> String { data + "/access.json" }

    /// Makes the folder if there is none; what a server writes is for its owner alone.
    static func prepare(_ path: String) throws(StartError) {
        umask(0o077)
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StartError(message: "cannot use the data folder \(path): \(reason(of: error))")
        }
    }

    /// Makes the folders in it, and has all names in it outlive a loss of power.
    static func furnish(_ folders: DataFolders) throws(StartError) {
        do throws(Errno) {
            try folders.make()
        } catch {
            let stray = folders.standing.first {
                Files.exists($0) && (try? Files.names(in: $0)) == nil
            }
            let place = stray.map { "\($0): " } ?? ""
            throw StartError(
                message: "cannot use the data folder \(folders.data): \(place)\(error.reason)"
            )
        }
    }
}
