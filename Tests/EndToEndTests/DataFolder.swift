import Foundation
import TestSupport

/// A data folder of a test's own, with task files, gone when the test is over.
final class DataFolder: Sendable {
    let url: URL
    private let scratch: ScratchFolder

    init(tasks: [String: String] = [:]) throws {
        scratch = try ScratchFolder()
        url = scratch.url.appending(path: "data")
        try FileManager.default.createDirectory(
            at: url.appending(path: "tasks"),
            withIntermediateDirectories: true
        )
        for (name, text) in tasks { try addTask(name, text) }
    }

    func addTask(_ name: String, _ text: String) throws {
        try text.write(
            to: url.appending(path: "tasks/\(name).yaml"),
            atomically: true,
            encoding: .utf8
        )
    }

    func file(_ path: String) -> URL { url.appending(path: path) }

    func text(_ path: String) throws -> String {
        try String(contentsOf: file(path), encoding: .utf8)
    }

    /// What servers over this folder said on standard error.
    var serverLog: String {
        get throws {
            let log = url.deletingLastPathComponent().appending(path: "data.err")
            return try String(contentsOf: log, encoding: .utf8)
        }
    }

    func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(path).path)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: file(path).path)
    }
}

/// Task files that tests use.
enum Tasks {
    /// Writes when it began and ended into `{data}/trace`, and works for a while in between.
    static func tracing(limit: Int? = nil, seconds: String = "0.2") -> (String) -> String {
        { name in
            """
            name: \(name)
            proc: 1
            mem: 1
            \(limit.map { "limit: \($0)" } ?? "")
            stages:
              - name: work
                run:
                  - sh
                  - -c
                  - |
                    echo "$1 begin $2 $3 $4 $(date +%s.%N)" >>"$5/trace"
                    sleep \(seconds)
                    echo "$1 end $2 $3 $4 $(date +%s.%N)" >>"$5/trace"
                  - work
                  - "{id}"
                  - "{task}"
                  - "{proc}"
                  - "{mem}"
                  - "{data}"
            """
        }
    }

    /// Waits until the file `{data}/open` is there.
    static let gate = """
        name: gate
        proc: 1
        mem: 1
        grace: 1s
        stages:
          - name: wait
            run: [sh, -c, 'echo waiting; while [ ! -e "$1/open" ]; do sleep 0.05; done; echo open', wait, "{data}"]
          - name: go
            run: ["true"]
        """

    /// Ignores SIGTERM, and so do its grandchildren, one of them in a session of its own.
    static let stubborn = """
        name: stubborn
        proc: 1
        mem: 1
        grace: 1s
        stages:
          - name: resist
            run:
              - sh
              - -c
              - |
                trap '' TERM
                (trap '' TERM; while :; do sleep 1; done) &
                setsid sh -c 'trap "" TERM; (while :; do sleep 1; done) & while :; do sleep 1; done' &
                echo ready
                while :; do sleep 1; done
        """
}
