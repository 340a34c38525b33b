import JSON
import Testing

@testable import jobsync

@Suite("Arguments of a new job")
struct JobArgumentsTests {
    static let task: JSONValue = [
        "name": "align",
        "args": [
            ["name": "file", "type": "path"], ["name": "seed", "type": "integer"],
            ["name": "rate", "type": "number"], ["name": "local", "type": "boolean"],
            ["name": "reads", "type": "list", "items": "path"],
            ["name": "sizes", "type": "list", "items": "integer"],
            ["name": "options", "type": "object"],
        ],
    ]

    @Test("Each word becomes a value of the type that the task wants")
    func typed() throws {
        let words = [
            "file=a=b.fa", "seed=-7", "rate=2.5", "local=true", "reads=a,b.fq", "reads=c.fq",
            "sizes=3", "options:={\"a\": [1, null]}", "unknown=5", "empty=",
        ]
        let args = try JobArguments.parse(words, for: Self.task)
        let expected: JSONObject = [
            "file": "a=b.fa", "seed": -7, "rate": 2.5, "local": true,
            "reads": ["a,b.fq", "c.fq"], "sizes": [3], "options": ["a": [1, nil]],
            "unknown": "5", "empty": "",
        ]
        #expect(args == expected)
        guard case .integer = args["seed"] else {
            Issue.record("a whole number must stay one")
            return
        }
    }

    @Test("Without a description all are texts, and := is any JSON")
    func untyped() throws {
        let args = try JobArguments.parse(["a=1", "b:=1", "c:=\"x\""], for: nil)
        #expect(args == ["a": "1", "b": 1, "c": "x"])
    }

    @Test(
        "A word that cannot be read is an error of usage that names the argument",
        arguments: [
            (["foo"], "\"foo\" is not an argument such as name=value"),
            (["=x"], "\"=x\" is not an argument such as name=value"),
            (["seed=1.5"], "seed: must be a whole number, not \"1.5\""),
            (["rate=inf"], "rate: must be a number, not \"inf\""),
            (["local=yes"], "local: must be true or false, not \"yes\""),
            (["sizes=1", "sizes=x"], "sizes: must be a whole number, not \"x\""),
            (["options=1"], "options: is an object; write options:='{…}'"),
            (["options:={"], "options: not JSON: the text ends too early at byte 1"),
            (["file=a", "file=b"], "file: is given twice"),
        ]
    )
    func refused(words: [String], message: String) {
        #expect(throws: CommandFailure(.usage, message)) {
            try JobArguments.parse(words, for: Self.task)
        }
    }
}
