import Glibc
import JobTasks
public import SystemPackage
import Threads

extension JobOutputs {
    /// How many bytes are written in the time that a file system has to answer.
    private static let pieceBytes = 4 << 20

    /// Puts a long text into a file without a name, from which it goes out at the pace of whoever reads it.
    ///
    /// Its place on the disk is free again when the file is let go of, also if that is because this process died.
    ///
    /// - Parameter bytes: What goes out.
    /// - Returns: The open file.
    /// - Throws: Why it cannot be written; `ETIMEDOUT` if the file system does not answer.
    public func spool(_ bytes: [UInt8]) async throws(Errno) -> OpenFile {
        let (folder, pool) = (folders.gone, pool)
        let name = ".out-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        let opened = await pool.run(in: folder.string) {
            Result { () throws(Errno) in
                try Files.makeFolder(folder)
                let path = folder.appending(name)
                let file = try Files.open(path, O_RDWR | O_CREAT | O_EXCL)
                try? Files.remove(path)
                return OpenFile(writing: bytes.count, to: file, in: folder.string, pool)
            }
        }
        guard let opened else { throw .timedOut }
        let file = try opened.get()
        for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
            let written = await pool.run(in: folder.string) {
                Result { () throws(Errno) in
                    try file.write(bytes[start...].prefix(Self.pieceBytes))
                }
            }
            guard let written else { throw .timedOut }
            try written.get()
        }
        return file
    }
}
