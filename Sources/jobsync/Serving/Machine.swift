import Foundation
import JobModel

/// What this machine has for jobs.
enum Machine {
    /// All cores, one less from four on, and nine tenths of the memory, at least 1 of each.
    static var resources: Resources {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let gigabytes = Int(memory >> 30)
        return Resources(
            proc: cores >= 4 ? cores - 1 : max(1, cores),
            mem: max(1, gigabytes - max(1, gigabytes / 10))
        )
    }

    /// The memory in bytes; within a container what the container may use.
    private static var memory: UInt64 {
        let whole = ProcessInfo.processInfo.physicalMemory
        let path = "/sys/fs/cgroup/memory.max"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let limit = UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return whole }
        return min(whole, limit)
    }
}
