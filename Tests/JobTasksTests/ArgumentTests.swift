import JSON
import JobModel
import JobTasks
import SystemPackage
import TestSupport
import Testing

@Suite struct ArgumentTests {
    private let task = TaskDescription(
        name: "align",
        arguments: [
            ArgumentDescription(name: "reference", type: .path, isRequired: true),
            ArgumentDescription(
                name: "sensitivity",
                type: .string,
                defaultValue: "sensitive",
                allowedValues: ["fast", "sensitive"]
            ),
            ArgumentDescription(
                name: "seed",
                type: .integer,
                defaultValue: 0,
                minimum: 0,
                maximum: 99
            ),
            ArgumentDescription(name: "ratio", type: .number, minimum: 0.5),
            ArgumentDescription(name: "paired", type: .boolean),
            ArgumentDescription(name: "reads", type: .list, items: .path),
            ArgumentDescription(name: "tags", type: .list),
            ArgumentDescription(name: "extra", type: .object),
        ],
        stages: ["align"]
    )

    @Test func defaultsAreFilledIn() throws {
        let checked = try task.check(["reference": "host.fa"])
        #expect(checked == ["reference": "host.fa", "sensitivity": "sensitive", "seed": 0])
    }

    @Test func everythingGivenIsKeptInTheOrderOfTheDescription() throws {
        let checked = try task.check([
            "extra": ["a": [1]], "tags": ["x"], "reads": ["./a//b.fq"], "paired": true,
            "ratio": 0.5, "seed": 7.0, "sensitivity": "fast", "reference": "a/b.fa",
        ])
        #expect(Array(checked.keys) == task.arguments.map(\.name))
        #expect(checked["reads"] == ["a/b.fq"])
        #expect(checked["seed"] == 7)
    }

    @Test(
        arguments: [
            ([:], "args.reference: is required"),
            (
                ["reference": 5],
                "args.reference: must be a path below the data folder, as a string, and is the number 5"
            ),
            (
                ["reference": nil],
                "args.reference: must be a path below the data folder, as a string, and is null"
            ),
            (
                ["reference": "/etc/passwd"],
                "args.reference: must be relative to the data folder, not begin with '/'"
            ),
            (["reference": "a/../../b"], "args.reference: must not contain '..'"),
            (["reference": ""], "args.reference: must name a file below the data folder"),
            (["reference": "./"], "args.reference: must name a file below the data folder"),
            (["reference": "a\u{0}b"], "args.reference: must not contain a zero byte"),
            (["refrence": "a"], "args.refrence: is unknown to align; did you mean reference?"),
            (
                ["reference": "a", "zzz": 1],
                "args.zzz: is unknown to align, which takes reference, sensitivity, seed, ratio, "
                    + "paired, reads, tags, extra"
            ),
            (
                ["reference": "a", "sensitivity": "slow"],
                #"args.sensitivity: must be one of "fast", "sensitive", and is "slow""#
            ),
            (
                ["reference": "a", "sensitivity": true],
                "args.sensitivity: must be a string, and is true"
            ),
            (
                ["reference": "a", "seed": 1.5],
                "args.seed: must be an integer, and is the number 1.5"
            ),
            (["reference": "a", "seed": "1"], "args.seed: must be an integer, and is a string"),
            (["reference": "a", "seed": -1], "args.seed: must be from 0 to 99, and is -1"),
            (["reference": "a", "seed": 100], "args.seed: must be from 0 to 99, and is 100"),
            (["reference": "a", "ratio": 0.4], "args.ratio: must be at least 0.5, and is 0.4"),
            (
                ["reference": "a", "paired": "yes"],
                "args.paired: must be true or false, and is a string"
            ),
            (["reference": "a", "reads": "b"], "args.reads: must be a list, and is a string"),
            (["reference": "a", "reads": ["b", "../c"]], "args.reads[1]: must not contain '..'"),
            (
                ["reference": "a", "tags": ["b", 3]],
                "args.tags[1]: must be a string, and is the number 3"
            ),
            (["reference": "a", "extra": [1]], "args.extra: must be an object, and is a list"),
        ] as [(JSONObject, String)]
    )
    func whatIsWrongIsRefusedByName(args: JSONObject, message: String) {
        do {
            _ = try task.check(args)
            Issue.record("was accepted: \(args)")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func theSeedsExampleIsAccepted() throws {
        let host = try #require(TaskCatalogue.builtIn["add_host"])
        let checked = try host.check([
            "_id": "Prunus persica", "_version": 0, "description": "Peach",
            "file": "prunus_persica.fa", "added": false, "job": "f41e8c", "username": "igboyes",
        ])
        #expect(checked["_id"] == "Prunus persica")
        #expect(host.stages == ["mk_host_dir", "stats", "bowtie_build", "snap_build", "update_db"])
        #expect(host.resources == Resources(proc: 1, mem: 4))
    }

    @Test func aTaskWithoutArgumentsSaysSo() {
        let task = TaskDescription(name: "rest", stages: ["rest"])
        #expect(
            throws: ArgumentError(field: "args.x", message: "is unknown: rest takes no arguments")
        ) {
            try task.check(["x": 1])
        }
    }
}

@Suite struct LengthTests {
    private let task = TaskDescription(
        name: "align",
        arguments: [
            ArgumentDescription(name: "reads", type: .list, items: .path),
            ArgumentDescription(name: "pair", type: .list, maximumItems: 2),
            ArgumentDescription(name: "one", type: .list, maximumItems: 1),
        ],
        stages: ["align"]
    )

    @Test(
        arguments: [
            ("reads", 1000, 1001, "must have at most 1000 elements, and has 1001"),
            ("reads", 0, 100_000, "must have at most 1000 elements, and has 100000"),
            ("pair", 2, 3, "must have at most 2 elements, and has 3"),
            ("one", 1, 2, "must have at most 1 element, and has 2"),
        ]
    )
    func listsHaveAGreatestLength(name: String, most: Int, more: Int, message: String) throws {
        func args(_ count: Int) -> JSONObject {
            [name: .array(Array(repeating: "a", count: count))]
        }
        #expect(try task.check(args(most))[name]?.arrayValue?.count == most)
        #expect(throws: ArgumentError(field: "args.\(name)", message: message)) {
            try task.check(args(more))
        }
    }

    @Test func theGreatestLengthIsShown() {
        let shown = task.arguments.map { $0.document["max_items"] }
        #expect(shown == [1000, 2, 1])
        #expect(ArgumentDescription(name: "a", type: .path).document["max_items"] == nil)
    }

    /// To look for what was meant by a megabyte would take minutes.
    @Test func nobodyMeansAnythingByAVeryLongName() {
        let name = String(repeating: "reads", count: 200_000)
        #expect(throws: ArgumentError.self) { try task.check([name: 1]) }
    }
}

@Suite struct PathTests {
    private let task = TaskDescription(
        name: "read",
        arguments: [
            ArgumentDescription(name: "file", type: .path, isRequired: true),
            ArgumentDescription(name: "more", type: .list, items: .path),
        ],
        stages: ["read"]
    )

    @Test func pathsMustBeThereAndStayInside() throws {
        let scratch = try ScratchFolder()
        defer { withExtendedLifetime(scratch) {} }
        let folder = FilePath(scratch.path)
        let data = folder.appending("data")
        try Files.makeFolder(data.appending("sub"))
        try Files.write([65], to: folder.appending("outside"))
        try Files.write([65], to: data.appending("sub").appending("inside"))
        try Files.link(data.appending("good"), to: "sub/inside")
        try Files.link(data.appending("bad"), to: "../outside")
        try Files.link(data.appending("up"), to: "..")
        try Files.link(data.appending("loop"), to: "loop")
        for path in ["sub/inside", "good", "sub"] {
            #expect(try task.check(["file": .string(path)], in: data)["file"] == .string(path))
        }
        let outside = "a link in it leads out of the data folder"
        for (path, message) in [
            ("bad", "bad: \(outside)"), ("up/outside", "up/outside: \(outside)"),
            ("up", "up: \(outside)"), ("none", "none: there is no such file below the data folder"),
            ("loop", "loop: Too many levels of symbolic links"),
            ("good/x", "good/x: Not a directory"),
        ] {
            #expect(throws: ArgumentError(field: "args.file", message: message)) {
                try task.check(["file": .string(path)], in: data)
            }
        }
        #expect(throws: ArgumentError(field: "args.more[1]", message: "bad: \(outside)")) {
            try task.check(["file": "good", "more": ["good", "bad"]], in: data)
        }
    }

    /// A link to the data folder itself is no way out.
    @Test func theDataFolderMayBeReachedByALink() throws {
        let scratch = try ScratchFolder()
        defer { withExtendedLifetime(scratch) {} }
        let folder = FilePath(scratch.path)
        try Files.makeFolder(folder.appending("real"))
        try Files.write([65], to: folder.appending("real").appending("a"))
        try Files.link(folder.appending("data"), to: "real")
        _ = try task.check(["file": "a"], in: folder.appending("data"))
    }
}

extension TaskDescription {
    /// Checks arguments, and looks for the files that they name.
    fileprivate func check(_ args: JSONObject, in data: FilePath) throws -> JSONObject {
        let checked = try check(args)
        if let problem = problem(ofPathsIn: checked, in: data) { throw problem }
        return checked
    }
}
