/// How many durations fell between fixed bounds, and their sum; to count one more costs next to nothing.
public struct Histogram: Hashable, Sendable {
    /// The longest duration that each bucket takes, in ascending order.
    public static let bounds: [Duration] = [
        .microseconds(100), .microseconds(250), .microseconds(500),
        .milliseconds(1), .microseconds(2500), .milliseconds(5),
        .milliseconds(10), .milliseconds(25), .milliseconds(50),
        .milliseconds(100), .milliseconds(250), .milliseconds(500),
        .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10),
    ]

    /// How many durations each bucket has, the last one those beyond every bound.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// All durations together.
    public private(set) var sum = Duration.zero

    /// Makes an empty one.
    public init() {}

    /// Counts a duration; a negative one, of a clock that was set back, as none.
    ///
    /// - Parameters:
    ///   - duration: How long something took.
    ///   - times: How often it took as long.
    public mutating func observe(_ duration: Duration, times: Int = 1) {
        var bucket = 0
        while bucket < Self.bounds.count, Self.bounds[bucket] < duration { bucket += 1 }
        counts[bucket] += times
        sum += max(.zero, duration) * times
    }
}
