import JSON
import JobModel
import JobProtocol
import JobRecording
import Testing

@testable import JobReplay

@Suite("Recordings understood")
struct ReplayScriptTests {
    /// Makes a recording; every line is a millisecond after the one before.
    static func script(
        _ events: [(Int, MessageLogEntry.Direction, JSONValue?)]
    ) throws -> ReplayScript {
        var bytes = MessageLogHeader(server: "s", started: "", epoch: "e").line
        for (index, event) in events.enumerated() {
            bytes +=
                MessageLogEntry(
                    time: .milliseconds(index),
                    connection: event.0,
                    direction: event.1,
                    message: event.2
                ).line
        }
        return ReplayScript(try MessageLog(parsing: bytes))
    }

    static func call(_ id: JSONValue, _ method: String, _ params: JSONObject = [:]) -> JSONValue {
        [
            "jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(params),
        ]
    }

    static func answer(_ id: JSONValue, _ result: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": id, "result": result]
    }

    static func made(_ id: JSONValue, _ job: String) -> JSONValue {
        answer(id, ["_id": .string(job), "_version": 0, "seq": 1, "created": true])
    }

    static func put(_ job: String, _ version: Int, _ state: String) -> JSONValue {
        let document: JSONValue = [
            "_id": .string(job), "_version": .integer(version), "task": "t", "username": "u",
            "proc": 1, "mem": 1, "archived": false, "added": "2016-08-25T11:40:00.000000Z",
            "state": .string(state), "progress": 1,
        ]
        return ["method": "jobs.sync", "params": ["seq": 2, "put": [document]]]
    }

    @Test("Answers find their calls by connection and id, also in batches and without one")
    func answers() throws {
        let script = try Self.script([
            (1, .open, nil), (2, .open, nil),
            (1, .incoming, Self.call(1, "a")), (2, .incoming, Self.call(1, "b")),
            (2, .outgoing, Self.answer(1, "for b")), (1, .outgoing, Self.answer(1, "for a")),
            (1, .incoming, [Self.call("x", "c"), ["method": "quiet"], Self.call(1, "d")]),
            (1, .outgoing, [Self.answer("x", "for c"), Self.answer(1, "for d")]),
            (1, .incoming, "{nonsense"),
            (1, .outgoing, ["id": nil, "error": ["code": -32700, "message": "no"]]),
            (1, .incoming, Self.call(2, "open")),
        ])
        let outcomes = script.clients[0].steps.flatMap(\.calls).map(\.outcome)
        #expect(
            outcomes == [
                .result("for a"), .result("for c"), nil, .result("for d"),
                .error("parse_error", data: [:]), nil,
            ]
        )
        #expect(script.clients[1].steps.flatMap(\.calls).map(\.outcome) == [.result("for b")])
        #expect(script.problems == [])
        #expect(script.calls == 7)
    }

    @Test("An answer that nobody asked for makes a recording worthless")
    func stray() throws {
        let script = try Self.script([
            (1, .open, nil), (1, .incoming, Self.call(1, "a")),
            (1, .outgoing, Self.answer(1, 1)), (1, .outgoing, Self.answer(1, 1)),
        ])
        #expect(script.problems.count == 1)
        #expect(script.problems.first?.contains("1 that nobody asked for") == true)
    }

    @Test("A call waits for what its client knew of the jobs that it names")
    func needs() throws {
        let script = try Self.script([
            (1, .open, nil), (1, .incoming, Self.call(1, "jobs.detail", ["_id": "a"])),
            (1, .incoming, Self.call(2, "jobs.new")), (1, .outgoing, Self.made(2, "a")),
            (1, .incoming, Self.call(3, "jobs.detail", ["_id": "a"])),
            (1, .incoming, Self.call(4, "jobs.cancel", ["_id": ["a", "foreign"]])),
            (1, .outgoing, Self.answer(4, ["jobs": ["a": "cancelling"], "seq": 3])),
            (1, .outgoing, Self.put("a", 2, "cancelled")),
            (1, .incoming, Self.call(5, "jobs.archive", ["_id": "a"])),
            (1, .outgoing, Self.answer(5, ["jobs": ["a": "archived"], "seq": 4])),
        ])
        let needs = script.clients[0].steps.flatMap(\.calls).map(\.needs)
        #expect(needs == [[], [], [.made("a")], [.started("a")], [.ended("a")]])
        #expect(script.ends == ["a": .ended(state: "cancelled", task: "t", isArchived: true)])
    }

    @Test("Only ends of jobs that the recording made are expected, by their last versions")
    func ends() throws {
        let script = try Self.script([
            (1, .open, nil), (1, .incoming, Self.call(1, "jobs.new")),
            (1, .outgoing, Self.made(1, "a")), (1, .outgoing, Self.put("a", 3, "complete")),
            (1, .outgoing, Self.put("a", 2, "running")), (1, .outgoing, Self.put("b", 3, "error")),
        ])
        #expect(script.ends == ["a": .ended(state: "complete", task: "t", isArchived: false)])
    }

    @Test("Who connected after another had gone waits for that")
    func order() throws {
        let script = try Self.script([
            (1, .open, nil), (2, .open, nil), (2, .close, nil), (3, .open, nil), (1, .close, nil),
        ])
        #expect(script.clients.map(\.predecessors) == [0, 0, 1])
        #expect(script.clients.map(\.closing) == [1, 0, nil])
    }

    @Test("The time to a push is found whichever of push and answer comes first")
    func pushTimes() {
        var times = ChangeTimes()
        let start = ContinuousClock.now
        func after(_ milliseconds: Int) -> ContinuousClock.Instant {
            start + .milliseconds(milliseconds)
        }
        #expect(times.asked(3, at: start) == nil)
        #expect(times.asked(4, at: after(1)) == nil)
        #expect(times.told(upTo: 3, at: after(5)) == [.milliseconds(5)])
        #expect(times.told(upTo: 6, at: after(7)) == [.milliseconds(6)])
        #expect(times.asked(5, at: after(4)) == .milliseconds(3))
        #expect(times.asked(2, at: after(90)) == nil, "told long before it was asked for")
    }

    @Test("A replay that measured itself says so")
    func judging() {
        var report = ReplayReport()
        report.duration = .seconds(2)
        report.processorTime = .seconds(1)
        report.judge()
        #expect(report.isValid)
        report.processorTime = .milliseconds(1800)
        for _ in 0..<100 { report.lateness.record(.milliseconds(200)) }
        report.judge()
        #expect(report.problems.count == 2)
        #expect(report.document["valid"] == false)
    }

    @Test("Percentiles are exact to three digits")
    func percentiles() {
        var latencies = Latencies()
        #expect(latencies.percentile(50) == .zero)
        for number in 1...1000 { latencies.record(.milliseconds(number)) }
        let error = latencies.percentile(50) / .milliseconds(500) - 1
        #expect(abs(error) < 0.002)
        #expect(latencies.count == 1000)
    }
}
