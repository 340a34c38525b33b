import JSON
import JobModel
import Logging
import Testing

@testable import jobsync

@Suite("Words for people")
struct WordsTests {
    @Test(
        "Lengths of time",
        arguments: [
            (Duration.milliseconds(340), "0.3 s", "0s"), (.seconds(-3), "0.0 s", "0s"),
            (.seconds(42), "42 s", "42s"), (.seconds(185), "3 m 05 s", "3m05s"),
            (.seconds(7800), "2 h 10 m", "2h10m"), (.seconds(273_600), "3 d 04 h", "3d04h"),
        ]
    )
    func durations(duration: Duration, long: String, short: String) {
        #expect(Words.duration(duration) == long)
        #expect(Words.shortDuration(duration) == short)
    }

    @Test("Bytes", arguments: [(0, "0 B"), (999, "999 B"), (1536, "1.5 KB"), (5 << 30, "5.0 GB")])
    func bytes(count: Int, text: String) {
        #expect(Words.bytes(count) == text)
    }

    @Test("JSON over several lines reads back equal")
    func pretty() throws {
        let value: JSONValue = ["a": [1, 2], "b": ["c": [], "d": [["e": nil]]], "f": [:]]
        let text = Words.pretty(value)
        #expect(try JSONValue(parsing: text) == value)
        #expect(text.hasPrefix("{\n  \"a\": [1,2],\n  \"b\": {\n    \"c\": []"))
    }

    @Test("The last lines of a log")
    func lastLines() {
        let text = "one\ntwo\nthree\n"
        #expect(Tail.lastLines(0, of: text) == "")
        #expect(Tail.lastLines(1, of: text) == "three\n")
        #expect(Tail.lastLines(2, of: text) == "two\nthree\n")
        #expect(Tail.lastLines(9, of: text) == text)
        #expect(Tail.lastLines(1, of: "one\ntwo") == "two")
        #expect(Tail.lastLines(1, of: "") == "")
    }

    @Test("Keys that come at once, and keys that mean nothing")
    func keys() {
        #expect(RawTerminal.keys(in: "\u{1B}[A\u{1B}[6~xjq") == [.up, .pageDown, .down, .leave])
        #expect(RawTerminal.keys(in: "\u{1B}[Z").isEmpty)
    }

    @Test("Pauses between attempts grow up to some seconds, and follow the server's wish")
    func backoff() {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        let pauses = (0..<8).map { _ in backoff.next(using: &generator) }
        for (pause, usual) in zip(pauses, [0.5, 1, 2, 4, 8, 8, 8, 8]) {
            #expect(pause >= .seconds(usual * 0.79) && pause <= .seconds(usual * 1.21))
        }
        #expect(backoff.next(asked: .seconds(60), using: &generator) >= .seconds(47))
        backoff.reset()
        #expect(backoff.next(using: &generator) < .seconds(1))
    }

    @Test("A log line as JSON is one line, whatever it says")
    func logLine() throws {
        var handler = JSONLogHandler()
        handler.metadata = ["job": "a1", "message": "one\r\u{1}more"]
        let event = LogEvent(
            level: .warning,
            message: "two\nlines \"quoted\"",
            metadata: nil,
            source: "test",
            file: #file,
            function: #function,
            line: #line
        )
        let line = handler.line(of: event, at: Timestamp(microseconds: 0))
        #expect(!line.contains("\n"))
        #expect(
            try JSONValue(parsing: line) == [
                "time": "1970-01-01T00:00:00.000000Z", "level": "warning", "source": "test",
                "message": "two\nlines \"quoted\"", "job": "a1",
                "metadata.message": "one\r\u{1}more",
            ]
        )
    }
}
