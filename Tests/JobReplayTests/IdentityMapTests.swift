import JSON
import JobModel
import Testing

@testable import JobReplay

@Suite("Names in a replay")
struct IdentityMapTests {
    static func map() -> IdentityMap {
        var map = IdentityMap(suffix: "-r1", epoch: "old", replayed: ("new", 100))
        map.learn(
            "jobs.new",
            recorded: ["_id": "a", "seq": 5, "created": true],
            replayed: ["_id": "x", "seq": 105, "created": true]
        )
        map.learn(
            "jobs.new",
            recorded: ["_id": "b", "seq": 9, "created": true],
            replayed: ["_id": "y", "seq": 103, "created": true]
        )
        return map
    }

    @Test("Ids are replaced wherever calls name jobs, and nowhere else")
    func ids() {
        let map = Self.map()
        #expect(map.mapped(["_id": "a"], of: "jobs.detail") == ["_id": "x"])
        #expect(map.mapped(["_id": ["a", "c", 1]], of: "jobs.cancel") == ["_id": ["x", "c", 1]])
        let filter: JSONObject = ["filter": ["_id": ["b"], "task": "a"], "limit": 3]
        #expect(
            map.mapped(filter, of: "jobs.find")
                == ["filter": ["_id": ["y"], "task": "a"], "limit": 3]
        )
        let new: JSONObject = ["task": "a", "args": ["_id": "a"]]
        #expect(map.mapped(new, of: "jobs.new") == new)
        #expect(map.mapped(["task": "a"], of: "tasks.limit") == ["task": "a"])
    }

    @Test("Manifests and positions are those of the new history")
    func subscriptions() {
        let map = Self.map()
        let manifest: JSONObject = ["manifest": ["a": 3, "z": 1]]
        #expect(map.mapped(manifest, of: "jobs.subscribe") == ["manifest": ["x": 3, "z": 1]])
        func resume(_ epoch: String, _ seq: Int) -> JSONValue? {
            map.mapped(
                ["resume": ["epoch": .string(epoch), "seq": .integer(seq)]],
                of: "jobs.subscribe"
            )["resume"]
        }
        #expect(resume("old", 4) == ["epoch": "new", "seq": 100])
        #expect(resume("old", 5) == ["epoch": "new", "seq": 105])
        #expect(resume("older", 5) == ["epoch": "older", "seq": 5])
    }

    @Test("Pages go on where the replay's own went on")
    func pages() {
        var map = Self.map()
        map.learn("jobs.find", recorded: ["after": "m1"], replayed: ["after": "n1"])
        #expect(map.mapped(["after": "m1"], of: "jobs.find") == ["after": "n1"])
    }

    @Test(
        "An id that a caller chose gets the copy's suffix and stays an id that differs from others"
    )
    func chosen() throws {
        let map = Self.map()
        #expect(map.mapped(["job_id": "mine"], of: "jobs.new") == ["job_id": "mine-r1"])
        #expect(map.mapped(["job_id": "no id!"], of: "jobs.new") == ["job_id": "no id!"])
        let long = String(repeating: "a", count: 62)
        let names = ["b", "c"].map { map.chosen(long + $0) }
        #expect(Set(names).count == 2)
        for name in names {
            #expect(JobID(name) != nil)
            #expect(name.hasSuffix("-r1"))
        }
    }
}
