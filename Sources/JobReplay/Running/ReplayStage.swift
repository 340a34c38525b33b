/// Who has left in one copy of a recording, for those who come after them or stay to the end.
actor ReplayStage {
    private let total: Int
    /// The order in which connections were closed in the recording.
    private var hasLeft: [Bool]
    /// How many have left of those that were closed first, without a gap.
    private var left = 0
    private var silent = 0
    private var waiters:
        [(isReached: (ReplayStage.Progress) -> Bool, CheckedContinuation<Void, Never>)] =
            []

    struct Progress {
        let left: Int
        let isSilent: Bool
    }

    init(_ script: ReplayScript) {
        total = script.clients.count
        hasLeft = Array(repeating: false, count: script.clients.count { $0.closing != nil })
    }

    /// Waits until those have left who had in the recording.
    func waitUntilLeft(_ count: Int) async {
        await wait { $0.left >= count }
    }

    /// Waits until nobody has anything more to say.
    func waitUntilSilent() async {
        await wait(\.isSilent)
    }

    /// Notes that a client has said all.
    func said() {
        silent += 1
        wake()
    }

    /// Notes that a client is gone.
    func leave(_ client: ReplayScript.Client) {
        guard let closing = client.closing, hasLeft.indices.contains(closing) else { return }
        hasLeft[closing] = true
        guard closing == left else { return }
        while left < hasLeft.count, hasLeft[left] { left += 1 }
        wake()
    }

    private var progress: Progress { Progress(left: left, isSilent: silent >= total) }

    private func wait(_ isReached: @escaping (Progress) -> Bool) async {
        if isReached(progress) { return }
        await withCheckedContinuation { waiters.append((isReached, $0)) }
    }

    private func wake() {
        let progress = progress
        let reached = waiters.filter { $0.isReached(progress) }
        guard !reached.isEmpty else { return }
        waiters.removeAll { $0.isReached(progress) }
        for waiter in reached { waiter.1.resume() }
    }
}
