import Glibc
import JobTasks
import SystemPackage

/// Who holds the lock of a file.
///
/// A worker is found by it that has written nothing down, or nothing that can be read: its lock it has from
/// its first moment to its last, and its tools have it not.
enum LockHolder {
    /// The process that has a file open under which the lock was taken; nil if none can be seen.
    static func find(of file: FilePath) -> ProcessIdentity? {
        guard let place = Place(of: file) else { return nil }
        for entry in ProcessTable.read().entries where entry.pid != getpid() && !entry.isZombie {
            let folder = FilePath("/proc/\(entry.pid)")
            let numbers = (try? Files.names(in: folder.appending("fd"))) ?? []
            let holds = numbers.contains { number in
                Place(of: folder.appending("fd").appending(number)) == place
                    && isLocked(folder.appending("fdinfo").appending(number))
            }
            guard holds else { continue }
            return ProcessIdentity(
                pid: entry.pid,
                startTime: entry.startTime,
                bootID: Machine.bootID
            )
        }
        return nil
    }

    /// Whether the kernel says of an open file that it is locked; others may have it open just to look.
    private static func isLocked(_ information: FilePath) -> Bool {
        let text = String(decoding: (try? Files.read(information)) ?? [], as: UTF8.self)
        return text.split(separator: "\n").contains { $0.hasPrefix("lock:") }
    }

    /// Where a file lies, whatever its name is.
    private struct Place: Equatable {
        private let device: UInt
        private let number: UInt

        init?(of file: FilePath) {
            var status = stat()
            guard file.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
            device = UInt(status.st_dev)
            number = UInt(status.st_ino)
        }
    }
}
