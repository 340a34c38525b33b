import JSON
import JobTasks
import Logging
import SystemPackage

/// Of which history of a store the logs and outputs in a data folder are, in a file of that folder.
///
/// A store that was exchanged for another one, or for an older copy of itself, is wrong about which of them
/// were removed.
struct HistoryStamp {
    private let file: FilePath

    init(_ folders: DataFolders) {
        file = folders.history
    }

    /// Compares the history with that of earlier starts, and writes down how far it has come.
    ///
    /// - Parameters:
    ///   - epoch: The history's name.
    ///   - seq: How far it has come.
    ///   - logger: Is told if it is another one.
    /// - Returns: Whether it is the same and was known before; if not, nothing may be taken for removed.
    func confirm(epoch: String, seq: Int, _ logger: Logger) -> Bool {
        let known: [UInt8]?
        do throws(Errno) {
            known = try Files.read(file, limit: 4 << 10)
        } catch .noSuchFileOrDirectory {
            known = nil
        } catch {
            logger.warning("\(file) cannot be read: \(error.reason)")
            return false
        }
        if let known {
            guard let stamp = try? JSONValue(parsing: known), stamp["epoch"] == .string(epoch),
                let last = stamp["seq"]?.integerValue, last <= seq
            else {
                logger.notice(
                    """
                    the logs and outputs in \(file.removingLastComponent()) are of another history of the \
                    store; of jobs that are gone they stay
                    """
                )
                return false
            }
        }
        let stamp: JSONValue = ["epoch": .string(epoch), "seq": .integer(seq)]
        do throws(Errno) {
            try Files.replace(file, with: stamp.encoded)
        } catch {
            logger.warning("\(file) cannot be written: \(error.reason)")
            return false
        }
        return known != nil
    }
}
