import Histogram
public import JSON

/// How long things took, as percentiles.
public struct Latencies: Sendable {
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1,
        highestTrackableValue: 3_600_000_000
    )

    /// How many there were.
    public var count: Int { Int(histogram.totalCount) }

    /// Starts with none.
    init() {
        histogram.autoResize = true
    }

    mutating func record(_ duration: Duration) {
        let microseconds = max(0, duration / .microseconds(1))
        _ = histogram.record(UInt64(min(microseconds, 1e15).rounded()))
    }

    /// The time that so many of a hundred did not exceed, to three digits.
    ///
    /// - Parameter percent: From 0 to 100.
    /// - Returns: The time; nothing if there were none.
    public func percentile(_ percent: Double) -> Duration {
        guard count > 0 else { return .zero }
        return .microseconds(Int(histogram.valueAtPercentile(percent)))
    }

    /// The percentiles in milliseconds.
    public var document: JSONObject {
        [
            "count": .integer(count), "p50": milliseconds(50), "p90": milliseconds(90),
            "p99": milliseconds(99), "p99.9": milliseconds(99.9), "max": milliseconds(100),
        ]
    }

    private func milliseconds(_ percent: Double) -> JSONValue {
        .number((percentile(percent) / .microseconds(1)).rounded() / 1000)
    }
}
