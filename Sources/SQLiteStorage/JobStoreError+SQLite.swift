import GRDB
import JobStorage

extension JobStoreError {
    /// What a transaction that failed means: SQLite takes it back as a whole, whatever it was that failed.
    ///
    /// That the log could not be synced is another matter: nobody knows then what is on the disk.
    init(ofWriting error: any Error) {
        guard let error = error as? DatabaseError, let cause = Self.passingCause(of: error) else {
            self = .unavailable("\(error)")
            return
        }
        self = .notWritten(cause)
    }

    /// What was lacking that may be there later; nil for any other error.
    private static func passingCause(of error: DatabaseError) -> String? {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_WRITE, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMOPEN,
            .SQLITE_IOERR_SHMMAP, .SQLITE_IOERR_NOMEM, .SQLITE_IOERR_LOCK,
            .SQLITE_IOERR_TRUNCATE:
            return
                "the database cannot be written: \(error.message ?? "\(error.extendedResultCode)")"
        default: break
        }
        return switch error.resultCode {
        case .SQLITE_FULL: "the disk is full"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another program keeps the database locked"
        case .SQLITE_READONLY: "the database is read-only"
        case .SQLITE_CANTOPEN, .SQLITE_PERM: "the database's files cannot be opened"
        case .SQLITE_NOMEM: "there is no memory left"
        default: nil
        }
    }
}
