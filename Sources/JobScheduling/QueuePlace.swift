/// A waiting job's place in the order of starting: by priority, then by arrival.
struct QueuePlace: Hashable, Comparable {
    /// Higher ones come first.
    let priority: Int
    /// Counted up for every job that arrives.
    let arrival: Int

    static func < (left: QueuePlace, right: QueuePlace) -> Bool {
        left.priority == right.priority
            ? left.arrival < right.arrival : left.priority > right.priority
    }
}
