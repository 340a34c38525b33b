import Glibc
import JobModel
import JobTasks
import Logging
import SystemPackage

/// A server's name for good: with it a server finds the jobs again that run on its machine.
///
/// It lies in the data folder, as the jobs' journals do, and must stay with them.
enum ServerIdentity {
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")

    /// What is in the place of the file.
    private enum Content {
        case name(String)
        case nothing
        /// Something that is no name, and what is wrong with it.
        case damaged(String)
    }

    /// The name of a data folder's server; made by the first who asks.
    ///
    /// - Parameter data: The data folder, which nobody else uses meanwhile.
    /// - Returns: The name.
    /// - Throws: A line for people if the file cannot be read or written, or holds something else.
    static func name(in data: String) throws(StartError) -> String {
        let path = path(in: data)
        switch try read(path) {
        case .name(let name): return name
        case .nothing: return try make(path)
        case .damaged(let problem):
            throw StartError(
                message:
                    "\(path) \(problem); it was left as it is. Servers that share a store know by it "
                    + "which jobs are theirs: bring back the right one, or remove it if none of its jobs run"
            )
        }
    }

    /// The name of a server that shares its store with no other, and needs none to know its jobs by.
    ///
    /// - Parameters:
    ///   - data: The data folder, which nobody else uses meanwhile.
    ///   - logger: Hears of a file that holds no name; it is set aside.
    /// - Returns: The name.
    /// - Throws: A line for people if the file cannot be read or written.
    static func nameOfOnlyServer(in data: String, _ logger: Logger) throws(StartError) -> String {
        let path = path(in: data)
        if case .damaged(let problem) = try read(path) {
            let chance = String(UInt64.random(in: .min ... .max), radix: 36)
            let aside = FilePath("\(path).damaged-\(chance)")
            do throws(Errno) {
                try Files.move(path, to: aside)
            } catch {
                throw StartError(message: "\(path) \(problem), and cannot be moved: \(error)")
            }
            logger.warning("\(path) \(problem); it is \(aside) now, and the server has a new name")
        }
        return try name(in: data)
    }

    private static func path(in data: String) -> FilePath { FilePath(data + "/server-id") }

    private static func read(_ path: FilePath) throws(StartError) -> Content {
        do throws(Errno) {
            let bytes = try Files.read(path, limit: 4 << 10, followsLink: true)
            let text = String(decoding: bytes, as: UTF8.self)
            // The same form as a job's id, so that it can stand anywhere.
            guard let name = JobID(text.drop(while: \.isWhitespace).prefix { !$0.isWhitespace }),
                text.split(whereSeparator: \.isWhitespace).count == 1
            else { return .damaged("does not hold a server's name (\(JobID.form))") }
            return .name(name.rawValue)
        } catch .noSuchFileOrDirectory {
            return .nothing
        } catch  where error.isOfWrongKind || error == .fileTooLarge {
            return .damaged("does not hold a server's name: \(error.reason)")
        } catch {
            throw StartError(message: "\(path) cannot be read: \(error)")
        }
    }

    private static func make(_ path: FilePath) throws(StartError) -> String {
        let name = String((0..<12).map { _ in alphabet.randomElement() ?? "0" })
        do throws(Errno) {
            try Files.replace(path, with: Array("\(name)\n".utf8))
        } catch {
            throw StartError(message: "\(path) cannot be written: \(error)")
        }
        return name
    }
}
