import Glibc

/// A tool that is to be started, and of which nothing was heard yet.
struct AwaitedTool: Sendable {
    /// How many looks in vain are enough.
    static let absences = 6

    /// Whether nothing was done before it that must not be done twice.
    let isFirst: Bool
    /// When it is looked for next.
    var nextLook: ContinuousClock.Instant
    /// How often in a row it was not there.
    ///
    /// Counted, for when the whole machine has stood still, any moment has passed.
    var absences = 0
}

/// A worker that cannot start its tool, nor say so.
struct StuckWorker: Sendable {
    /// How long a tool may take to begin.
    static let patience = Duration.seconds(30)

    /// How long it was waited for.
    let patience: Duration
    /// Whether nothing of the job was done, so that it can be given back.
    let isUntouched: Bool
    /// Why it was to stop anyway.
    let reason: StopReason?
}

extension Supervisor {
    /// Between two looks for a tool.
    private var lookInterval: Duration { max(toolPatience / AwaitedTool.absences, Self.interval) }

    /// Takes note that a tool is awaited.
    ///
    /// - Parameter isFirst: Whether nothing was done before it that must not be done twice.
    func awaitTool(isFirst: Bool) {
        setAwaited(AwaitedTool(isFirst: isFirst, nextLook: .now + lookInterval))
    }

    /// A number that grows with each child that was waited for.
    static func endedChildren() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return usage.ru_minflt
    }

    /// Looks for a tool that is awaited, and ends this process if it has not come for too long.
    ///
    /// Where the machine has no more threads for a while, whoever waits for one may wait for ever, also when
    /// there are some again; so the job would run for ever, and nothing of it would.
    ///
    /// - Parameters:
    ///   - tool: The tool.
    ///   - reason: Why the job is to stop anyway.
    /// - Returns: What is known of it now.
    func look(for tool: AwaitedTool, _ reason: StopReason?) -> AwaitedTool {
        var tool = tool
        tool.nextLook = .now + lookInterval
        let children = ProcessTable.read().descendants(of: [getpid()])
        // What lives may be about to become the program, and is ended or heard of later.
        let isThere = children.contains { !$0.isZombie }
        tool.absences = isThere ? 0 : tool.absences + 1
        guard tool.absences >= AwaitedTool.absences else { return tool }
        let isUntouched = tool.isFirst && children.isEmpty && Self.endedChildren() == childrenBefore
        endStuck(StuckWorker(patience: toolPatience, isUntouched: isUntouched, reason: reason))
    }
}
