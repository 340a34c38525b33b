import JSON
import JobModel
import JobProtocol
import Testing

@testable import jobsync

@Suite("A view of jobs")
struct JobViewTests {
    static func document(_ id: String, _ version: Int, _ state: String = "waiting") -> JSONValue {
        [
            "_id": .string(id), "_version": .integer(version), "task": "naps", "proc": 1, "mem": 1,
            "username": "ada", "archived": false, "added": "2026-01-01T00:00:00Z",
            "state": .string(state), "progress": 0, "stage": nil,
            "updated": "2026-01-01T00:00:00Z",
        ]
    }

    static func answer(_ mode: String) -> JSONValue {
        ["subscription": 1, "epoch": "e1", "seq": 9, "mode": .string(mode), "count": 0]
    }

    /// A view that has loaded the jobs `a` and `b` in version 1, up to position 5.
    static func loaded() -> JobView {
        var view = JobView()
        view.begin(answer("snapshot"))
        _ = view.apply(["seq": 3, "sync": true, "put": [document("a", 1)]])
        _ = view.apply(["seq": 5, "sync": false, "put": [document("b", 1)]])
        return view
    }

    @Test("Is complete when the load says so, and goes on from there")
    func load() {
        var view = JobView()
        #expect(view.resumption.isEmpty)
        view.begin(Self.answer("snapshot"))
        _ = view.apply(["seq": 3, "sync": true, "put": [Self.document("a", 1)]])
        #expect(!view.isComplete)
        #expect(view.resumption["resume"] == nil, "the rest of the load has not come")
        #expect(view.resumption["manifest"] == ["a": 1])
        _ = view.apply(["seq": 5, "sync": false])
        #expect(view.isComplete)
        #expect(view.resumption["resume"] == ["epoch": "e1", "seq": 5])
    }

    @Test("Puts and deletes, and never goes back to an older version")
    func changes() {
        var view = Self.loaded()
        let changes = view.apply([
            "seq": 8, "put": [Self.document("a", 3, "running"), Self.document("b", 1)],
            "del": ["b", "never"],
        ])
        #expect(changes.count == 2)
        #expect(changes.last == .deleted("b"))
        #expect(view.apply(["seq": 8, "put": [Self.document("a", 2)]]).isEmpty)
        #expect(view.jobs["a"]?.state == .running)
        #expect(view.jobs.count == 1)
        #expect(view.resumption["resume"] == ["epoch": "e1", "seq": 8])
    }

    @Test("An id that was given to another job shows that one, though its versions begin anew")
    func reusedID() {
        var view = Self.loaded()
        _ = view.apply(["seq": 8, "put": [Self.document("a", 7, "complete")]])
        guard case .object(var other) = Self.document("a", 0) else { return }
        other["added"] = "2026-02-02T00:00:00Z"
        #expect(view.apply(["seq": 11, "put": [.object(other)]]).count == 1)
        #expect(view.jobs["a"]?.version == 0)
        var digest = ViewDigest()
        digest.toggle("a", version: 0)
        digest.toggle("b", version: 1)
        let agrees = view.agrees(with: [
            "seq": 11, "count": 2, "digest": .string("\(digest)"),
        ])
        #expect(agrees)
    }

    @Test("A snapshot replaces what was there; differences and what was missed build on it")
    func modes() {
        for (mode, count) in [("snapshot", 0), ("diff", 2), ("delta", 2)] {
            var view = Self.loaded()
            view.begin(Self.answer(mode))
            #expect(view.jobs.count == count)
            #expect(!view.isComplete)
            #expect((view.resumption["resume"] != nil) == (mode == "delta"))
        }
    }

    @Test("A tick shows whether both sides hold the same, and moves the position if they do")
    func digest() {
        var view = Self.loaded()
        var digest = ViewDigest()
        digest.toggle("a", version: 1)
        digest.toggle("b", version: 1)
        let text = JSONValue.string("\(digest)")
        let wrong: [JSONObject] = [
            ["seq": 5, "count": 3, "digest": text],
            ["seq": 5, "count": 2, "digest": "0000000000000000"],
            // Other jobs than the filter's have changed meanwhile.
            ["seq": 90, "count": 3, "digest": text],
        ]
        for tick in wrong {
            let agrees = view.agrees(with: tick)
            #expect(!agrees)
            #expect(view.resumption["resume"] == ["epoch": "e1", "seq": 5])
        }
        let agrees = view.agrees(with: ["seq": 90, "count": 2, "digest": text])
        #expect(agrees)
        #expect(view.resumption["resume"] == ["epoch": "e1", "seq": 90])
        _ = view.apply(["seq": 91, "put": [Self.document("a", 2)], "del": ["b"]])
        var after = ViewDigest()
        after.toggle("a", version: 2)
        let agreesAfter = view.agrees(with: [
            "seq": 91, "count": 1, "digest": .string("\(after)"),
        ])
        #expect(agreesAfter)
        view.doubt()
        #expect(view.resumption["resume"] == nil)
        #expect(view.resumption["manifest"] == ["a": 2])
    }
}
