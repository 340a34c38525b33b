import Glibc
import SystemPackage

/// Whether the kernel ended a process because memory ran out.
package enum MemoryKills {
    /// How many processes the kernel has ended so since the machine started; nil if it tells none.
    ///
    /// It goes up for limits of control groups as well as for the whole machine.
    package static func count() -> Int? {
        guard let text = try? Files.read("/proc/vmstat") else { return nil }
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("oom_kill ") }
            .flatMap { Int($0.dropFirst("oom_kill ".count)) }
    }

    /// Whether a process that was ended by SIGKILL was ended for want of memory.
    ///
    /// - Parameters:
    ///   - pid: Its number.
    ///   - before: The count when it was started.
    /// - Returns: What the kernel's log says of it; where that cannot be read, whether any
    ///   process was ended so meanwhile.
    package static func includes(_ pid: Int32, since before: Int?) -> Bool {
        guard let before, let now = count(), now != before else { return false }
        // In a container the kernel's numbers are not ours.
        guard numbersAreTheKernels, let log = kernelLog() else { return true }
        return log.contains { $0.contains("Killed process \(pid) ") }
    }

    private static var numbersAreTheKernels: Bool {
        var name = [UInt8](repeating: 0, count: 64)
        let count = name.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/ns/pid", $0, bytes.count) } ?? 0
        }
        // The namespace that the kernel makes when it starts has this number on every machine.
        return String(decoding: name.prefix(max(count, 0)), as: UTF8.self) == "pid:[4026531836]"
    }

    /// The lines of the kernel's log that tell of processes ended so; nil if it cannot be read.
    private static func kernelLog() -> [String]? {
        guard let file = try? Files.open("/dev/kmsg", O_RDONLY | O_NONBLOCK) else { return nil }
        defer { close(file) }
        var lines: [String] = []
        var record = [UInt8](repeating: 0, count: 8 << 10)
        while true {
            let count = read(file, &record, record.count)
            // Records that were overwritten meanwhile are skipped.
            if count < 0, errno == EPIPE || errno == EINTR { continue }
            guard count > 0 else { return lines }
            let line = String(decoding: record[..<count], as: UTF8.self)
            if line.contains("Killed process ") { lines.append(line) }
        }
    }
}
