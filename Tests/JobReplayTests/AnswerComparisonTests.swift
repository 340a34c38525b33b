import JSON
import JobProtocol
import Testing

@testable import JobReplay

@Suite("Answers compared")
struct AnswerComparisonTests {
    static func difference(
        _ method: String,
        _ old: JSONValue?,
        _ new: JSONValue
    ) -> String? {
        var call = RecordedCall(["jsonrpc": "2.0", "id": 1, "method": .string(method)])
        call.outcome = old.flatMap { CallOutcome($0) }
        guard let outcome = CallOutcome(new) else { return "no answer" }
        return AnswerComparison.difference(call, outcome, IdentityMapTests.map())
    }

    static func error(_ code: RPCError.Code) -> JSONValue {
        ["error": .object(RPCError(code, "no").document)]
    }

    @Test("A result agrees with a result of the same form, an error with the same error")
    func kinds() {
        #expect(Self.difference("x", ["result": true], ["result": true]) == nil)
        #expect(Self.difference("x", ["result": 1], ["result": 1.5]) == nil)
        #expect(Self.difference("x", ["result": true], ["result": 1]) != nil)
        #expect(Self.difference("x", nil, ["result": 1]) == nil, "nothing to compare with")
        #expect(Self.difference("x", Self.error(.notFound), Self.error(.notFound)) == nil)
        #expect(Self.difference("x", Self.error(.notFound), Self.error(.conflict)) != nil)
        #expect(Self.difference("x", Self.error(.notFound), ["result": 1]) != nil)
        #expect(Self.difference("x", ["result": 1], Self.error(.notFound)) != nil)
    }

    @Test("Members must be there with their types; what is null may be anything")
    func members() {
        let old: JSONValue = ["result": ["a": 1, "b": nil, "c": ["x"]]]
        #expect(Self.difference("x", old, ["result": ["c": [], "b": "now", "a": 2]]) == nil)
        #expect(Self.difference("x", old, ["result": ["a": 1, "b": nil]]) == "the result has no c")
        #expect(
            Self.difference("x", old, ["result": ["a": "1", "b": nil, "c": []]])
                == "a is string, was integer"
        )
        #expect(
            Self.difference("x", old, ["result": ["a": 1, "b": nil, "c": [], "d": 1]])
                == "the result has d, which is new"
        )
    }

    @Test("Whether a job was made must agree")
    func created() {
        func made(_ created: Bool) -> JSONValue {
            ["result": ["_id": "a", "_version": 0, "seq": 1, "created": .bool(created)]]
        }
        #expect(Self.difference("jobs.new", made(true), made(true)) == nil)
        #expect(Self.difference("jobs.new", made(true), made(false)) == "an old job")
    }

    @Test("What became of each job must agree, by the replay's ids")
    func fates() {
        func answer(_ jobs: JSONObject) -> JSONValue {
            ["result": ["jobs": .object(jobs), "seq": 1]]
        }
        let old = answer(["a": "cancelled", "nobody": .object(RPCError.noSuchJob("n").document)])
        let gone = JSONValue.object(RPCError.noSuchJob("n").document)
        #expect(
            Self.difference("jobs.cancel", old, answer(["x": "cancelling", "nobody": gone])) == nil
        )
        #expect(
            Self.difference("jobs.cancel", old, answer(["a": "cancelled", "nobody": gone]))
                == "nothing is said of job a"
        )
        #expect(
            Self.difference("jobs.cancel", old, answer(["x": gone, "nobody": gone]))
                == "job a: not_found, was cancelled"
        )
    }

    @Test("How a job ended must agree")
    func ends() {
        let end = ReplayScript.End.ended(state: "complete", task: "t", isArchived: true)
        func difference(_ job: JSONValue?) -> String? {
            JobComparison.difference(end, job, wasMade: true)
        }
        #expect(difference(["state": "complete", "task": "t", "archived": true]) == nil)
        #expect(difference(["state": "error", "task": "t"]) == "is error, was complete")
        #expect(difference(["state": "complete", "task": "u"]) != nil)
        #expect(difference(["state": "complete", "archived": false]) != nil)
        #expect(difference(nil) == "is not there, was complete")
        #expect(JobComparison.difference(.removed, nil, wasMade: true) == nil)
        #expect(JobComparison.difference(.removed, ["state": "error"], wasMade: true) != nil)
        #expect(JobComparison.difference(end, nil, wasMade: false) == "was not made")
    }
}
