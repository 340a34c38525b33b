import JobManagement
import Testing

@Suite("Histogram")
struct HistogramTests {
    @Test("A bucket takes its own bound and nothing longer", arguments: Histogram.bounds.indices)
    func bounds(index: Int) {
        var histogram = Histogram()
        histogram.observe(Histogram.bounds[index])
        histogram.observe(Histogram.bounds[index] + .nanoseconds(1))
        #expect(histogram.counts[index] == 1)
        #expect(histogram.counts[index + 1] == 1)
        #expect(histogram.counts.reduce(0, +) == 2)
        #expect(histogram.sum == Histogram.bounds[index] * 2 + .nanoseconds(1))
    }

    @Test("Bounds ascend")
    func order() {
        #expect(zip(Histogram.bounds, Histogram.bounds.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("A clock that was set back takes nothing away")
    func negative() {
        var histogram = Histogram()
        histogram.observe(.seconds(-3))
        #expect(histogram.counts.first == 1)
        #expect(histogram.sum == .zero)
    }
}
