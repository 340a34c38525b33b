import Glibc
import JobTasks
import SystemPackage

/// A line of the kernel's process table.
package struct ProcessEntry: Hashable, Sendable {
    package let pid: Int32
    package let parent: Int32
    package let session: Int32
    /// When it started, in clock ticks since the machine did.
    package let startTime: Int
    /// Ended, and only not waited for; nothing of it runs or holds memory.
    package let isZombie: Bool
}

extension ProcessIdentity {
    /// Whether an entry is of this process, and not of a later one of its number.
    func isThat(of entry: ProcessEntry) -> Bool {
        entry.pid == pid && entry.startTime == startTime
    }
}

/// The processes that there were at one moment.
package struct ProcessTable: Sendable {
    package let entries: [ProcessEntry]

    /// Looks at all processes.
    package static func read() -> ProcessTable {
        let names = (try? Files.names(in: "/proc")) ?? []
        return ProcessTable(entries: names.compactMap { Int32($0) }.compactMap { entry(of: $0) })
    }

    /// Looks at one process; nil if there is none of that number.
    package static func entry(of pid: Int32) -> ProcessEntry? {
        guard let bytes = try? Files.read(FilePath("/proc/\(pid)/stat")),
            // The program's name comes in brackets and may hold anything, brackets too.
            let bracket = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(bracket + 1)...].split(separator: UInt8(ascii: " "))
        func number(_ place: Int) -> Int? {
            fields.indices.contains(place)
                ? Int(String(decoding: fields[place], as: UTF8.self)) : nil
        }
        guard let state = fields.first?.first, let parent = number(1), let session = number(3),
            let startTime = number(19)
        else { return nil }
        return ProcessEntry(
            pid: pid,
            parent: Int32(parent),
            session: Int32(session),
            startTime: startTime,
            isZombie: state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
        )
    }

    /// The processes that stem from one of these, without those themselves, zombies included.
    package func descendants(of roots: Set<Int32>) -> [ProcessEntry] {
        let children = Dictionary(grouping: entries, by: \.parent)
        var found: [ProcessEntry] = []
        var waiting = Array(roots)
        var seen = roots
        while let parent = waiting.popLast() {
            for child in children[parent] ?? [] where seen.insert(child.pid).inserted {
                found.append(child)
                waiting.append(child.pid)
            }
        }
        return found
    }
}

/// What the machine says of itself.
package enum Machine {
    /// Its name for the time since it started.
    package static let bootID: String = {
        let bytes = (try? Files.read("/proc/sys/kernel/random/boot_id")) ?? []
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()

    /// This process.
    package static var ownIdentity: ProcessIdentity {
        let pid = getpid()
        return ProcessIdentity(
            pid: pid,
            startTime: ProcessTable.entry(of: pid)?.startTime ?? 0,
            bootID: bootID
        )
    }
}
