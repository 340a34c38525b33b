import Glibc
import SystemPackage

/// A new file that is written piece by piece.
final class OutputFile: Sendable {
    private let file: CInt
    private let name: String

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - name: Its path below the work folder.
    ///   - context: The job.
    /// - Throws: Why it cannot be made.
    convenience init(_ name: String, in context: TaskContext) throws(TaskFailure) {
        try self.init(name, in: context.work)
    }

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - name: Its path below the work folder.
    ///   - work: The work folder.
    /// - Throws: Why it cannot be made.
    init(_ name: String, in work: FilePath) throws(TaskFailure) {
        self.name = name
        do throws(Errno) {
            file = try Files.open(work.pushing(FilePath(name)), O_WRONLY | O_CREAT | O_TRUNC)
        } catch {
            throw .cannotWrite(name, error)
        }
    }

    deinit { close(file) }

    /// Writes what is waiting, and has it wait no longer.
    func write(_ bytes: inout [UInt8]) throws(TaskFailure) {
        guard !bytes.isEmpty else { return }
        do throws(Errno) {
            try Files.write(bytes[...], to: file)
        } catch {
            throw .cannotWrite(name, error)
        }
        bytes.removeAll(keepingCapacity: true)
    }
}
