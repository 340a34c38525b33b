import ArgumentParser
import Logging
import Testing

@testable import jobsync

@Suite("Settings of the server")
struct SettingsTests {
    static let environment = ["HOME": "/home/ada"]

    static func settings(
        _ options: [String] = [],
        environment: [String: String] = environment,
        file: String? = nil
    ) throws -> ServeSettings {
        let options = options + (file == nil ? [] : ["--config", "jobsync.yaml"])
        return try ServeOptions.parse(options).settings(environment: environment) { path in
            #expect(path == "jobsync.yaml")
            return file ?? ""
        }
    }

    @Test("Defaults")
    func defaults() throws {
        let settings = try Self.settings()
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 9950)
        #expect(settings.data == "/home/ada/.local/share/jobsync")
        #expect(settings.access == .token)
        #expect(settings.proc == nil)
        let other = try Self.settings(environment: ["HOME": "/h", "XDG_DATA_HOME": "/d"])
        #expect(other.data == "/d/jobsync")
    }

    @Test("An option comes before the environment, that before the file, that before the default")
    func precedence() throws {
        let file = "proc: 1\nmem: 1\nlisten: '[::1]:1'\n"
        let environment = ["HOME": "/h", "JOBSYNC_PROC": "2", "JOBSYNC_MEM": "2"]
        let settings = try Self.settings(["--proc", "3"], environment: environment, file: file)
        #expect(settings.proc == 3)
        #expect(settings.mem == 2)
        #expect(settings.host == "::1")
        #expect(settings.port == 1)
        #expect(settings.logFormat == .text)
    }

    @Test("An empty variable, and an empty file, say nothing")
    func empty() throws {
        let environment = ["HOME": "/h", "JOBSYNC_PROC": "", "JOBSYNC_CONFIG": ""]
        #expect(try Self.settings(environment: environment).proc == nil)
        for file in ["", "# nothing\n"] {
            #expect(try Self.settings(file: file).port == 9950)
        }
    }

    @Test("Every setting can be made on the command line, in the environment and in a file")
    func everywhere() throws {
        let values: [ServeSetting: String] = [
            .listen: "0.0.0.0:80", .data: "/srv/j", .mongo: "mongodb://a,b/jobs?replicaSet=r",
            .role: "front", .lostAfter: "90s", .proc: "3", .mem: "5", .tasks: "~/t",
            .auth: "none", .allowOrigin: "https://a.example", .rate: "0", .stallAfter: "20s",
            .endWithin: "2m", .maxConnections: "900", .maxStrangers: "30",
            .maxStrangersPerAddress: "7",
            .web: "/srv/w", .record: "/srv/r", .compression: "on", .logLevel: "debug",
            .logFormat: "json",
        ]
        var expected = ServeSettings()
        (expected.host, expected.port) = ("0.0.0.0", 80)
        (expected.data, expected.tasks, expected.web) = ("/srv/j", "/home/ada/t", "/srv/w")
        expected.mongo = "mongodb://a,b/jobs?replicaSet=r"
        (expected.role, expected.lostAfter) = (.front, .seconds(90))
        (expected.proc, expected.mem, expected.rate) = (3, 5, 0)
        (expected.stallAfter, expected.endWithin) = (.seconds(20), .seconds(120))
        expected.maxConnections = 900
        (expected.maxStrangers, expected.maxStrangersPerAddress) = (30, 7)
        expected.record = "/srv/r"
        (expected.access, expected.allowedOrigins) = (.none, ["https://a.example"])
        (expected.compression, expected.logLevel, expected.logFormat) = (.on, .debug, .json)
        var options: [String] = []
        var environment = Self.environment
        var file = ""
        for setting in ServeSetting.allCases {
            let value = try #require(values[setting])
            options += [setting.option, value]
            environment[setting.variable] = value
            file += "\(setting.rawValue): \(value)\n"
        }
        #expect(try Self.settings(options) == expected)
        #expect(try Self.settings(environment: environment) == expected)
        #expect(try Self.settings(file: file) == expected)
    }

    @Test("Several origins")
    func lists() throws {
        let origins = ["https://a.example", "http://b.example:8080"]
        let options = origins.flatMap { ["--allow-origin", $0] }
        #expect(try Self.settings(options).allowedOrigins == origins)
        let environment = ["HOME": "/h", "JOBSYNC_ALLOW_ORIGIN": origins.joined(separator: ",")]
        #expect(try Self.settings(environment: environment).allowedOrigins == origins)
        let file = "allow-origin:\n  - \(origins[0])\n  - \(origins[1])\n"
        #expect(try Self.settings(file: file).allowedOrigins == origins)
    }

    @Test(
        "What is wrong in a file is named with its line",
        arguments: [
            ("proc: 1\nlisten_on: x\n", "jobsync.yaml:2: listen_on: unknown setting; known are "),
            ("proc: many\n", "jobsync.yaml:1: proc: must be a whole number of at least 1, not"),
            ("proc: [1]\n", "jobsync.yaml:1: proc: must be one value"),
            ("proc: 1\nproc: 2\n", "jobsync.yaml:"),
            ("- proc\n", "jobsync.yaml: must be a list of settings"),
            ("proc: 1\n mem: [\n", "jobsync.yaml:2: not YAML"),
            ("allow-origin: [{a: b}]\n", "must be a list of plain values"),
        ]
    )
    func badFile(text: String, message: String) throws {
        let error = #expect(throws: SettingsError.self) { try Self.settings(file: text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
    }

    @Test(
        "What is wrong on the command line is named by its option",
        arguments: [
            (["--proc", "0"], "--proc: must be a whole number of at least 1, not \"0\""),
            (["--listen", "9950"], "--listen: must be HOST:PORT, such as 127.0.0.1:9950 or"),
            (["--listen", "::1:9950"], "--listen: must be HOST:PORT"),
            (["--listen", "localhost:99999"], "--listen: must be HOST:PORT"),
            (["--auth", "some"], "--auth: must be token or none, not \"some\""),
            (["--allow-origin", "lab.example"], "--allow-origin: must be an origin without"),
            (["--data", ""], "--data: must be a path, not \"\""),
            (["--mongo", "localhost"], "--mongo: must be a URI such as mongodb://HOST:PORT/"),
            (["--role", "back"], "--role: must be all or front, not \"back\""),
            (["--role", "front"], "--role: needs --mongo"),
            (["--lost-after", "0.5s"], "--lost-after: must be a time of at least 1s, such as"),
            (["--lost-after", "300"], "--lost-after: must be a time of at least 1s, such as"),
        ]
    )
    func badOption(options: [String], message: String) {
        let error = #expect(throws: SettingsError.self) { try Self.settings(options) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test("What may hold a password is never shown, wherever it was set")
    func secrets() {
        let secret = "mongo://ada:hunter2@host"
        for (options, environment, file) in [
            (["--mongo", secret], Self.environment, nil),
            ([], Self.environment.merging(["JOBSYNC_MONGO": secret]) { $1 }, nil),
            ([], Self.environment, "mongo: '\(secret)'\n"),
        ] as [([String], [String: String], String?)] {
            let error = #expect(throws: SettingsError.self) {
                try Self.settings(options, environment: environment, file: file)
            }
            #expect(error?.description.contains("must be a URI") == true)
            #expect(error?.description.contains("hunter2") == false)
        }
    }

    @Test("A file that cannot be read is named")
    func noFile() throws {
        struct Missing: Error {}
        let options = try ServeOptions.parse([])
        let error = #expect(throws: SettingsError.self) {
            try options.settings(environment: ["JOBSYNC_CONFIG": "/none.yaml"]) { _ in
                throw Missing()
            }
        }
        #expect(error?.place == "/none.yaml")
    }
}
