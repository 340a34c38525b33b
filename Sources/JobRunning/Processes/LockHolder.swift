import Glibc
import JobTasks
import SystemPackage

/// Who holds the lock of a file.
///
/// A worker is found by it that has written nothing down, or nothing that can be read: its lock it has from
/// its first moment to its last, and its tools have it not.
enum LockHolder {
    /// The process that has a file open under which the lock was taken; nil if none can be seen.
    ///
    /// What others have open is not touched, for it may lie on a disk that does not answer: only the kernel is asked,
    /// which tells the numbers of files that are locked.
    static func find(of file: FilePath) -> ProcessIdentity? {
        guard let lock = LockedFile(file) else { return nil }
        for entry in ProcessTable.read().entries where entry.pid != getpid() && !entry.isZombie {
            let folder = FilePath("/proc/\(entry.pid)/fdinfo")
            let numbers = (try? Files.names(in: folder)) ?? []
            guard numbers.contains(where: { lock.isHeld(by: folder.appending($0)) }) else {
                continue
            }
            return ProcessIdentity(
                pid: entry.pid,
                startTime: entry.startTime,
                bootID: Machine.bootID
            )
        }
        return nil
    }
}

/// A file as the kernel names it where it tells of locks.
private struct LockedFile {
    /// The numbers of its device and of itself, in the kernel's own form.
    private let name: String

    /// Has the kernel tell how it names a file, by a lock of the kind that keeps out nobody.
    init?(_ file: FilePath) {
        guard let open = try? Files.openRegular(file, O_RDONLY, followsLink: true) else {
            return nil
        }
        defer { close(open) }
        var status = stat()
        guard fstat(open, &status) == 0 else { return nil }
        // On some file systems a file's own number of its device is another one than that of its locks.
        var probe = flock()
        probe.l_type = Int16(F_RDLCK)
        probe.l_whence = Int16(SEEK_SET)
        probe.l_start = off_t.max - 1
        probe.l_len = 1
        let told =
            fcntl(open, F_SETLK, &probe) == 0
            ? Self.locks(FilePath("/proc/self/fdinfo/\(open)"), ofKind: "POSIX").first : nil
        name = told ?? Self.name(of: status)
    }

    /// The usual form of a file's numbers.
    private static func name(of status: stat) -> String {
        func hexadecimal(_ number: UInt) -> String {
            (number < 16 ? "0" : "") + String(number, radix: 16)
        }
        let device = UInt(status.st_dev)
        let major = device >> 8 & 0xFFF | device >> 32 & ~0xFFF
        let minor = device & 0xFF | device >> 12 & ~0xFF
        return "\(hexadecimal(major)):\(hexadecimal(minor)):\(status.st_ino)"
    }

    /// Whether a process has it locked under an open descriptor, of which this is the kernel's account.
    func isHeld(by information: FilePath) -> Bool {
        Self.locks(information, ofKind: "FLOCK").contains(name)
    }

    /// The files of the locks of one kind that a descriptor holds.
    private static func locks(_ information: FilePath, ofKind kind: String) -> [String] {
        // Such as "lock:\t1: FLOCK  ADVISORY  WRITE 2531 fd:01:1443 0 EOF".
        let text = String(decoding: (try? Files.read(information)) ?? [], as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("lock:") }.compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 6, words[2] == kind else { return nil }
            return String(words[6])
        }
    }
}
