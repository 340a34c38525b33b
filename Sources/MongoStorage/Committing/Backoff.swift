/// Waits a little before something is tried again, each time up to twice as long.
struct Backoff {
    private var limit: Duration = .milliseconds(2)

    mutating func wait() async {
        let share = Double.random(in: 0.25...1)
        // A cancelled task has nothing better to do: the tries themselves take time as well.
        try? await Task.sleep(for: limit * share)
        limit = min(limit * 2, .milliseconds(200))
    }
}
