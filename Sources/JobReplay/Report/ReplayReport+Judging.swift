extension ReplayReport {
    /// Below this nothing can be said of the processor's time.
    private static let shortest = Duration.seconds(1)
    /// The share of a core from which on the replay measures itself.
    private static let busiest = 0.9
    /// What the replay may be behind its own plan, for 99 of 100 messages.
    private static let latest = Duration.milliseconds(100)

    /// The share of one core that the replay itself took.
    public var processorShare: Double {
        duration > .zero ? processorTime / duration : 0
    }

    /// Looks for signs that the replay measured itself and not the server.
    mutating func judge() {
        if lateness.percentile(99) > Self.latest {
            note(
                problem: "the replay fell behind its own plan: 1 % of the messages were sent more "
                    + "than \(lateness.percentile(99) / .milliseconds(1)) ms late"
            )
        }
        if duration >= Self.shortest, processorShare >= Self.busiest {
            note(
                problem: "the replay itself was at its limit: it took "
                    + "\(Int((processorShare * 100).rounded())) % of a core"
            )
        }
    }
}
