import JSON
import JobModel
import JobTaskFiles
import JobTasks
import SystemPackage
import TestSupport
import Testing

@Suite struct TaskFileTests {
    private static let good = """
        name: align_reads            # [a-z][a-z0-9_]*
        description: Align reads to a reference
        proc: 2
        mem: 4
        limit: 2
        grace: 30s
        timeout: 12h
        restartable: true
        args:
          reference: {type: path, required: true, description: "FASTA file below the data folder"}
          reads: {type: list, items: path, max_items: 4, required: true}
          sensitivity: {type: string, enum: [fast, sensitive], default: sensitive}
          seed: {type: integer, min: 0, default: 0}
        stages:
          - name: build_index
            run: [bowtie2-build, --threads, "{proc}", "{args.reference}", "{work}/index"]
          - name: align
            run: [sh, -c, 'bowtie2 -p "$1" -x "$2/index" > "$2/out.sam"', align, "{proc}", "{work}", "{args.reads}"]
            progress: '(\\d+)% done'
            ok: [0, 2]
            files: [out.sam]
            forbid: ['^Error']
        cleanup: [rm, -rf, "{work}"]
        result: "{work}/result.json"
        outputs: [out.sam, "{args.sensitivity}/*.html", {path: "logs/**", optional: true}]
        """

    @Test func aWholeTaskIsRead() throws {
        let file = TaskFile(parsing: Self.good, named: "align.yaml")
        #expect(file.problems.isEmpty)
        let task = try #require(file.task)
        #expect(task.name == "align_reads")
        #expect(task.resources == Resources(proc: 2, mem: 4))
        #expect(task.limit == 2)
        #expect(task.grace == .seconds(30))
        #expect(task.timeout == .seconds(12 * 3600))
        #expect(task.isRestartable)
        #expect(task.arguments.map(\.name) == ["reference", "reads", "sensitivity", "seed"])
        #expect(task.arguments[1].items == .path)
        #expect(task.arguments[1].maximumItems == 4)
        #expect(task.arguments[2].allowedValues == ["fast", "sensitive"])
        #expect(task.stages == ["build_index", "align"])
        #expect(task.source == "align.yaml")
        let command = try #require(task.command)
        #expect(command.stages[0].run.map(\.source).last == "{work}/index")
        #expect(command.stages[1].progress == #"(\d+)% done"#)
        #expect(command.stages[1].exitCodes == [0, 2])
        #expect(command.cleanup.count == 3)
        #expect(command.result?.source == "{work}/result.json")
        #expect(
            command.outputs.map(\.template.source)
                == ["out.sam", "{args.sensitivity}/*.html", "logs/**"]
        )
        #expect(command.outputs.map(\.isOptional) == [false, false, true])
    }

    @Test(
        arguments: [
            ("out.sam", "must be a list"),
            ("[/etc/passwd]", "[0]: must be relative to the work folder, not begin with '/'"),
            ("[a, ../b]", "[1]: must not contain '..'"),
            ("[a/../b]", "[0]: must not contain '..'"),
            ("[qc/]", "[0]: must name files; write FOLDER/** for all that is in a folder"),
            ("['']", "[0]: must not be empty"),
            ("[.]", "[0]: must name files; write FOLDER/** for all that is in a folder"),
            ("[a**]", "[0]: '**' stands for whole folders, and must be alone between slashes"),
            ("['{work}/a']", "[0]: is relative to the work folder, and cannot have {work} in it"),
            ("['{args.x}']", "[0]: unknown placeholder {args.x}: args has no x"),
            ("[{optional: true}]", "[0]: path is missing: which files are kept"),
            ("[{path: /a}]", "[0].path: must be relative to the work folder, not begin with '/'"),
            ("[{path: a, optional: no}]", "[0].optional: must be true or false"),
            ("[{paht: a}]", "[0].paht: unknown key; did you mean path?"),
            ("[[a]]", "[0]: must be a text"),
        ]
    )
    func outputsStayInTheWorkFolder(outputs: String, problem: String) {
        let text = "name: a\noutputs: \(outputs)\nstages: [{name: b, run: [x]}]"
        let file = TaskFile(parsing: text, named: "a.yaml")
        let separator = problem.hasPrefix("[") ? "" : ": "
        #expect(
            file.problems.first?.description == "a.yaml:2: outputs\(separator)\(problem)",
            "\(file.problems)"
        )
    }

    @Test func theLeastIsANameAndAStage() throws {
        let file = TaskFile(
            parsing: "name: a\nstages:\n  - {name: b, run: [true]}\n",
            named: "a.yaml"
        )
        let task = try #require(file.task)
        #expect(task.resources == Resources(proc: 1, mem: 1))
        #expect(task.limit == nil)
        #expect(task.grace == .seconds(10))
        #expect(task.timeout == nil)
        #expect(!task.isRestartable)
    }

    @Test func plainWordsAreTextsUnlessTheyAreTrueOrFalse() throws {
        let text = """
            name: a
            args:
              mode: {type: string, enum: [on, off, "true"], default: on}
              day: {type: string, default: 2026-01-01}
            stages: [{name: b, run: [echo, "{args.mode}", "{args.day}"]}]
            """
        let task = try #require(TaskFile(parsing: text, named: "a.yaml").task)
        #expect(task.arguments[0].allowedValues == ["on", "off", "true"])
        #expect(task.arguments[1].defaultValue == "2026-01-01")
    }

    @Test func aMissingToolIsSaidButIsNoProblem() throws {
        let text = "name: a\nstages: [{name: b, run: [no-such-tool-here]}]"
        let file = TaskFile(parsing: text, named: "a.yaml")
        #expect(file.problems.isEmpty)
        #expect(
            file.task?.unavailable == "no-such-tool-here is not installed (not found on PATH)"
        )
    }

    /// They are searched for by their bytes, and one may be there without the other.
    @Test func toolsWhoseNamesLookAlikeAreTwo() throws {
        let tools = ["\u{E9}", "e\u{301}", "no/\u{301}"]
        let run = tools.enumerated().map { "{name: s\($0), run: [\"\($1)\"]}" }
        let text = "name: a\nstages: [\(run.joined(separator: ", "))]"
        let unavailable = try #require(TaskFile(parsing: text, named: "a.yaml").task?.unavailable)
        let expected =
            tools[..<2].map { "\($0) is not installed (not found on PATH); " }.joined()
            + "\(tools[2]) is not there or not executable"
        #expect(Array(unavailable.utf8) == Array(expected.utf8))
    }

    @Test(
        arguments: [
            ("", "is empty"),
            ("[1]", "1: must be a mapping with name and stages"),
            ("a: [", "2: is not YAML: did not find expected node content"),
            ("name: a\nname: b\n", "1: has a key twice: name"),
            (
                "\u{E9}: a\ne\u{301}: b\n",
                "1: has a key twice: \u{E9}; letters count as the same however they are written"
            ),
            ("name: a", "1: stages is missing"),
            ("stages: [{name: a, run: [x]}]", "1: name is missing"),
            (
                "name: Bad\n" + stages,
                "1: name: must be lower-case letters, digits and _, the first a letter"
            ),
            ("name: a\nstages: []", "2: stages: must have at least one stage"),
            ("name: a\nstages: {}", "2: stages: must be a list"),
            ("name: a\nstagse: 1\n" + stages, "2: stagse: unknown key; did you mean stages?"),
            ("name: a\nproc: 0\n" + stages, "2: proc: must be a whole number of at least 1"),
            ("name: a\nmem: lots\n" + stages, "2: mem: must be a whole number of at least 1"),
            ("name: a\nlimit: -1\n" + stages, "2: limit: must be a whole number of at least 0"),
            (
                "name: a\ngrace: 30\n" + stages,
                "2: grace: must be a time with its unit, such as 500ms, 30s, 10m, 12h or 2d"
            ),
            ("name: a\nrestartable: yes\n" + stages, "2: restartable: must be true or false"),
            (
                "name: a\nargs:\n  x: {type: text, default: a}\n" + stages,
                "3: args.x.type: there is no type text; there are string, integer, number, boolean, path, list, object"
            ),
            (
                "name: a\nargs:\n  x: {type: integer, min: 5, default: 3}\n" + stages,
                "3: args.x.default: must be at least 5, and is 3"
            ),
            (
                "name: a\nargs:\n  x: {type: string, enum: [a, 5]}\n" + stages,
                "3: args.x.enum[1]: must be a string, and is the number 5"
            ),
            (
                "name: a\nargs:\n  X: {type: string}\n" + stages,
                "3: args.X: its name must be lower-case letters, digits and _"
            ),
            (
                "name: a\nargs:\n  x: {type: string, min: 1}\n" + stages,
                "3: args.x.min: is only for integer and number"
            ),
            (
                "name: a\nargs:\n  x: {type: string, max_items: 1}\n" + stages,
                "3: args.x.max_items: is only for list"
            ),
            (
                "name: a\nargs:\n  x: {type: list, max_items: 1001}\n" + stages,
                "3: args.x.max_items: must be a whole number from 1 to 1000"
            ),
            (
                "name: a\nargs:\n  x: {type: list, max_items: 1, default: [a, b]}\n" + stages,
                "3: args.x.default: must have at most 1 element, and has 2"
            ),
            (
                "name: a\nargs:\n  x: {type: integer, min: 2, max: 1}\n" + stages,
                "3: args.x.min: is more than max"
            ),
            (
                "name: a\nargs:\n  x: {type: string, required: true, default: a}\n" + stages,
                "3: args.x.default: is never used, because the argument is required"
            ),
            (
                "name: a\nstages:\n  - name: b\n    run: [echo, '{args.reads}']",
                "4: stages[0].run[1]: unknown placeholder {args.reads}: args has no reads"
            ),
            (
                "name: a\nargs: {read: {type: string, default: x}}\nstages:\n  - name: b\n    run: [echo, '{args.reads}']",
                "5: stages[0].run[1]: unknown placeholder {args.reads}; did you mean {args.read}?"
            ),
            (
                "name: a\nstages:\n  - name: b\n    run: [echo, '{home}']",
                "4: stages[0].run[1]: unknown placeholder {home}; there are {args.NAME} {id} {task} {proc} {mem} {work} {data}"
            ),
            (
                "name: a\nstages:\n  - name: b\n    run: [awk, '{print}']",
                "4: stages[0].run[1]: unknown placeholder {print}; there are {args.NAME} {id} {task} {proc} {mem} {work} {data}"
            ),
            (
                "name: a\nstages:\n  - name: b\n    run: [echo, 'x}']",
                "4: stages[0].run[1]: '}' without '{' in \"x}\"; write }} for a brace"
            ),
            (
                "name: a\nargs: {x: {type: string}}\nstages:\n  - name: b\n    run: [echo, '{args.x}']",
                "5: stages[0].run[1]: {args.x} may be missing; make x required or give a default"
            ),
            (
                "name: a\nargs: {x: {type: list, default: []}}\nstages:\n  - name: b\n    run: [echo, '-{args.x}']",
                "5: stages[0].run[1]: {args.x} is a list and must stand alone in an element of a command line"
            ),
            (
                "name: a\nstages:\n  - name: b\n    run: [x]\n    progress: '(\\d+'",
                nil
            ),
            (
                "name: a\nstages:\n  - name: b\n    run: [x]\n    progress: '\\d+'",
                "5: stages[0].progress: must have a group, for the percentage"
            ),
            (
                "name: a\nstages:\n  - {name: b, run: []}",
                "3: stages[0].run: must have at least the program to run"
            ),
            ("name: a\nstages:\n  - {name: b, run: x}", "3: stages[0].run: must be a list"),
            (
                "name: a\nstages:\n  - {name: b}",
                "3: stages[0]: run is missing: the program and its arguments, as a list"
            ),
            (
                "name: a\nstages:\n  - {name: b, run: [x]}\n  - {name: b, run: [x]}",
                "4: stages[1]: there is a stage b already"
            ),
            (
                "name: a\nstages:\n  - {name: b, run: [x], ok: [256]}",
                "3: stages[0].ok[0]: must be an exit code, from 0 to 255"
            ),
        ] as [(String, String?)]
    )
    func whatIsWrongIsSaidWithItsLine(text: String, message: String?) throws {
        let file = TaskFile(parsing: text, named: "a.yaml")
        #expect(file.task == nil)
        let problem = try #require(file.problems.first)
        guard let message else {
            #expect(problem.message.contains("is not a regular expression"))
            return
        }
        let separator = problem.line == nil ? "a.yaml: " : "a.yaml:"
        #expect(problem.description == separator + message)
    }

    private static let stages = "stages: [{name: b, run: [x]}]"

    @Test func allThatIsWrongIsSaidAtOnce() {
        let file = TaskFile(parsing: "name: A\nproc: 0\nstages: []\nxyz: 1", named: "a.yaml")
        #expect(file.problems.count == 4)
    }

    @Test func oneWrongFileHidesNoOther() throws {
        let scratch = try ScratchFolder()
        defer { withExtendedLifetime(scratch) {} }
        let folder = FilePath(scratch.path)
        let files = [
            "a.yaml": "name: same\n" + Self.stages, "b.yml": "name: same\n" + Self.stages,
            "c.yaml": "name: add_host\n" + Self.stages, "d.yaml": "nonsense: [",
            "e.yaml": "name: fine\n" + Self.stages, "notes.txt": "nothing", ".f.yaml": "x",
        ]
        for (name, text) in files {
            try Files.write(Array(text.utf8), to: folder.appending(name))
        }
        try Files.write([0xFF, 0xFE, 0x00], to: folder.appending("g.yaml"))
        let catalogue = TaskCatalogue.load(folder: folder)
        let own = catalogue.tasks.filter { $0.source != TaskDescription.builtIn }
        #expect(own.map(\.name) == ["fine", "same"])
        #expect(catalogue["same"]?.source == "a.yaml")
        #expect(catalogue["add_host"]?.source == TaskDescription.builtIn)
        #expect(catalogue.problems.map(\.file) == ["b.yml", "c.yaml", "d.yaml", "g.yaml"])
        #expect(catalogue.problems[0].message == "name: same is the task of a.yaml already")
        #expect(catalogue.problems[0].line == 1)
        #expect(catalogue.suggestion(for: "fien") == "fine")
        #expect(catalogue.suggestion(for: "something") == nil)
    }

    @Test func aFolderThatIsNotThereIsEmpty() {
        let catalogue = TaskCatalogue.load(folder: "/nowhere/tasks")
        #expect(
            catalogue.tasks.map(\.name) == [
                "add_host", "create_sample", "nuvs", "pathoscope_bowtie", "pathoscope_snap",
                "rebuild_index",
            ]
        )
        #expect(catalogue.tasks.allSatisfy { $0.source == TaskDescription.builtIn })
        #expect(catalogue.problems.isEmpty)
    }

    @Test func aTaskTravelsAsJSON() throws {
        let command = try #require(TaskFile(parsing: Self.good, named: "a.yaml").task?.command)
        #expect(try CommandTask(document: .object(command.document)) == command)
    }
}
