import Foundation
import Subprocess
import SystemPackage

/// The command line, run as a program.
struct CommandRun: Sendable {
    /// The exit code, or the negative number of the signal that ended it.
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - arguments: What follows `jobsync`.
    ///   - server: The server that is asked.
    ///   - environment: Further variables; no others but these, `PATH` and one of libmongoc's.
    /// - Returns: What it printed, and its exit code.
    /// - Throws: If it cannot be started.
    static func jobsync(
        _ arguments: String...,
        on server: ServerProcess? = nil,
        environment: [String: String] = [:]
    ) async throws -> CommandRun {
        try await jobsync(arguments, on: server, environment: environment)
    }

    /// Runs a command whose arguments are a list.
    static func jobsync(
        _ arguments: [String],
        on server: ServerProcess? = nil,
        environment: [String: String] = [:]
    ) async throws -> CommandRun {
        let record = try await run(
            program,
            arguments: Arguments(arguments),
            environment: variables(server, environment),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return CommandRun(
            status: code(record.terminationStatus),
            output: record.standardOutput,
            errors: record.standardError
        )
    }

    /// Runs a command whose arguments and variables are bytes, and maybe no text.
    ///
    /// - Parameters:
    ///   - arguments: What follows `jobsync`.
    ///   - variables: Such as `HOME=/root`; there are no others.
    /// - Returns: What it printed, and its exit code.
    /// - Throws: If it cannot be started.
    static func jobsync(
        bytes arguments: [[UInt8]],
        variables: [[UInt8]] = []
    ) async throws -> CommandRun {
        let record = try await run(
            program,
            arguments: Arguments(arguments.map { $0 + [0] }),
            environment: .custom(variables.map { $0 + [0] }),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return CommandRun(
            status: code(record.terminationStatus),
            output: record.standardOutput,
            errors: record.standardError
        )
    }

    /// Runs a command and follows what it says while it runs.
    ///
    /// - Parameters:
    ///   - arguments: What follows `jobsync`.
    ///   - server: The server that is asked.
    ///   - body: Is given a closure that waits for a line of either output with some text in it,
    ///     and one that sends a signal.
    /// - Returns: The exit code, as in ``status``.
    /// - Throws: What the body throws, or that the command cannot be started.
    static func following(
        _ arguments: String...,
        on server: ServerProcess,
        _ body: (
            _ line: (_ text: String) async throws -> String,
            _ signal: (Signal) throws -> Void
        ) async throws -> Void
    ) async throws -> Int32 {
        let record = try await run(
            program,
            arguments: Arguments(arguments),
            environment: variables(server, [:]),
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            try await body(
                { text in
                    while let line = try await lines.next() {
                        if line.contains(text) { return line }
                    }
                    throw Silence(text: text)
                },
                { try execution.send(signal: $0) }
            )
            while try await lines.next() != nil {}
        }
        return code(record.terminationStatus)
    }

    /// The command ended without saying what it should.
    struct Silence: Error {
        let text: String
    }

    private static var program: Executable {
        .path(FilePath(ServerProcess.programs.appending(path: "jobsync").path))
    }

    private static func variables(
        _ server: ServerProcess?,
        _ more: [String: String]
    ) -> Environment {
        var variables = more
        variables["PATH"] = "/usr/bin:/bin"
        // libmongoc warns before `main` of what a process that was killed has left under the same number.
        variables["MONGOC_DISABLE_SHM"] = "1"
        if let server { variables["JOBSYNC_URL"] = server.url }
        return .custom(variables.map { Array("\($0)=\($1)\0".utf8) })
    }

    private static func code(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}
