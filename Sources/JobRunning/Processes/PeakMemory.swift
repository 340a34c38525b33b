import Glibc
import JobTasks
import SystemPackage

/// The most memory that processes had in RAM.
enum PeakMemory {
    /// Of this process, in bytes, since its program began; nil where the kernel does not tell.
    ///
    /// `getrusage` would say more: a process takes over the peak of the one that has started it.
    static var own: Int? {
        guard let content = try? Files.read("/proc/self/status"),
            let line = content.split(separator: UInt8(ascii: "\n"))
                .first(where: { $0.starts(with: "VmHWM:".utf8) }),
            let kilobytes = String(decoding: line, as: UTF8.self)
                .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes << 10
    }

    /// Of a process that this one has started and its children, in bytes, by what the kernel says of its end;
    /// nil if that may be this one's own.
    static func ofEnded(_ usage: rusage) -> Int? {
        let peak = usage.ru_maxrss << 10
        return own.map { peak > $0 } == true ? peak : nil
    }
}
