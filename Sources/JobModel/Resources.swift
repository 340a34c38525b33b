/// Cores and memory: what a job asks for, or what a machine has.
public struct Resources: Hashable, Sendable {
    /// Cores.
    public var proc: Int
    /// Memory in GB.
    public var mem: Int

    /// Makes an amount.
    ///
    /// - Parameters:
    ///   - proc: Cores.
    ///   - mem: Memory in GB.
    public init(proc: Int, mem: Int) {
        self.proc = proc
        self.mem = mem
    }

    /// How many cores there may be, of a job or a machine.
    public static let procRange = 0...1_000_000
    /// How much memory there may be, in GB, of a job or a machine.
    public static let memRange = 0...1_000_000_000

    /// Takes over an amount that was read somewhere, if it can be one.
    ///
    /// Amounts within these ranges can be added up for any number of jobs.
    ///
    /// - Parameters:
    ///   - proc: Cores, within ``procRange``.
    ///   - mem: Memory in GB, within ``memRange``.
    public init?(checking proc: Int?, _ mem: Int?) {
        guard let proc, let mem, Self.procRange.contains(proc), Self.memRange.contains(mem) else {
            return nil
        }
        self.init(proc: proc, mem: mem)
    }

    /// Nothing.
    public static let zero = Resources(proc: 0, mem: 0)

    /// Whether this is no more than `other` in either respect.
    public func fits(in other: Resources) -> Bool { proc <= other.proc && mem <= other.mem }

    /// Whether a machine of this size is to start no jobs: one without cores, or without memory.
    public var startsNothing: Bool { proc <= 0 || mem <= 0 }

    /// Adds both parts.
    public static func + (left: Resources, right: Resources) -> Resources {
        Resources(proc: left.proc + right.proc, mem: left.mem + right.mem)
    }

    /// Subtracts both parts; either may become negative.
    public static func - (left: Resources, right: Resources) -> Resources {
        Resources(proc: left.proc - right.proc, mem: left.mem - right.mem)
    }

    /// Adds in place.
    public static func += (left: inout Resources, right: Resources) { left = left + right }

    /// Subtracts in place.
    public static func -= (left: inout Resources, right: Resources) { left = left - right }

    /// Each part, but none below zero.
    public var clampedToZero: Resources { Resources(proc: max(0, proc), mem: max(0, mem)) }
}
