import CPlatform
import Foundation
import JSON
import JobModel
import Synchronization

/// A real server in a process of its own, over a data folder that outlives it.
final class ServerProcess: Sendable {
    /// What the server said on standard output before it listened.
    let announcement: [String]
    /// `http://HOST:PORT`.
    let url: String
    private let process: ProcessBox

    /// `Process` is safe to be signalled and waited for from any thread.
    private struct ProcessBox: @unchecked Sendable {
        let process: Process
        let exit: Exit
    }

    /// Where the exit is awaited without blocking a thread.
    private final class Exit: Sendable {
        private let stream: AsyncStream<Int32>
        private let continuation: AsyncStream<Int32>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func came(_ status: Int32) {
            continuation.yield(status)
            continuation.finish()
        }

        func wait() async -> Int32? {
            for await status in stream { return status }
            return nil
        }
    }

    struct Failure: Error {
        let status: Int32?
        let standardError: String
    }

    /// The folder of programs under test: this test bundle's own.
    static var programs: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }

    private init(announcement: [String], url: String, process: ProcessBox) {
        self.announcement = announcement
        self.url = url
        self.process = process
    }

    /// Starts a server and waits until it listens.
    static func start(
        _ data: URL,
        program: URL = programs.appending(path: "jobsync"),
        listen: String = "127.0.0.1:0",
        options: [String] = ["--auth", "none", "--proc", "4", "--mem", "8"],
        softFileLimit: Int? = nil
    ) async throws -> ServerProcess {
        let process = Process()
        let exit = Exit()
        process.executableURL = program
        process.arguments = ["serve", "--listen", listen, "--data", data.path] + options
        if let softFileLimit {
            let script = "ulimit -Sn \(softFileLimit); exec \"$0\" \"$@\""
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", script, programs.appending(path: "jobsync").path] + (process.arguments ?? [])
        }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        let errors = data.deletingLastPathComponent().appending(
            path: data.lastPathComponent + ".err"
        )
        try Data().write(to: errors)
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        process.terminationHandler = { exit.came($0.terminationStatus) }
        try process.run()
        let box = ProcessBox(process: process, exit: exit)
        var announcement: [String] = []
        for await line in lines(of: output) {
            announcement.append(line)
            if let url = line.firstMatch(of: /^listening on (http:\S+)$/)?.1 {
                return ServerProcess(announcement: announcement, url: String(url), process: box)
            }
        }
        throw Failure(
            status: await exit.wait(),
            standardError: try String(contentsOf: errors, encoding: .utf8)
        )
    }

    /// Starts a server with a job `a1` of the task ``Tasks/gate``, whose first stage runs when this returns, and a
    /// client that follows it.
    static func startWaitingJob(in folder: DataFolder) async throws -> (ServerProcess, Client) {
        let server = try await start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "gate", "job_id": "a1"])
        await client.waitUntil { $0.jobs["a1"]?.stage == "wait" }
        return (server, client)
    }

    /// Reads on a thread of its own to the end: a handler of `FileHandle` outlives the file.
    private static func lines(of pipe: Pipe) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        let file = pipe.fileHandleForReading
        Thread.detachNewThread {
            var rest = Data()
            while true {
                let data = file.availableData
                if data.isEmpty { break }
                rest.append(data)
                while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: rest[..<newline], as: UTF8.self))
                    rest = Data(rest[(newline + 1)...])
                }
            }
            continuation.finish()
        }
        return stream
    }

    var port: Int { Int(url.split(separator: ":").last ?? "") ?? 0 }

    var processIdentifier: pid_t { process.process.processIdentifier }

    /// Ends the server by a signal and waits until it is gone.
    @discardableResult
    func end(_ signal: Int32) async -> Int32? {
        kill(processIdentifier, signal)
        return await process.exit.wait()
    }

    func signal(_ signal: Int32) {
        kill(processIdentifier, signal)
    }
}
