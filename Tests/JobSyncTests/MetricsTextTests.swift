import JobManagement
import Testing

@testable import JobSync

@Suite("Metrics as text")
struct MetricsTextTests {
    @Test("Whatever a label says, it stays one label on one line")
    func labels() {
        var text = MetricsText()
        text.add("jobs", [("task", "a\\b\"c\nd\r\ne"), ("user", "ü")], 2)
        #expect(text.text == #"jobs{task="a\\b\"c\nd\#r\ne",user="ü"} 2"# + "\n")
        #expect(text.text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) == 1)
    }

    @Test("A histogram's buckets hold all that is shorter, and the last one all")
    func histogram() {
        var histogram = Histogram()
        for milliseconds in [1, 2, 30, 60_000] { histogram.observe(.milliseconds(milliseconds)) }
        var text = MetricsText()
        text.single("wait_seconds", "Waiting.", histogram)
        let lines = text.text.split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(2) == ["# HELP wait_seconds Waiting.", "# TYPE wait_seconds histogram"]
        )
        #expect(lines.count == 2 + Histogram.bounds.count + 1 + 2)
        for (bound, count) in [("0.0001", 0), ("0.001", 1), ("0.0025", 2), ("0.05", 3), ("10", 3)] {
            #expect(lines.contains("wait_seconds_bucket{le=\"\(bound)\"} \(count)"))
        }
        #expect(
            lines.suffix(3) == [
                "wait_seconds_bucket{le=\"+Inf\"} 4", "wait_seconds_sum 60.033",
                "wait_seconds_count 4",
            ]
        )
    }
}
