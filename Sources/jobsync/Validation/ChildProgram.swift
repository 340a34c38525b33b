import Foundation

/// A program that a validation starts, in a process group of its own: Ctrl-C reaches it by us only.
final class ChildProgram: Sendable {
    /// `Process` is safe to be signalled and waited for from any thread.
    private struct Box: @unchecked Sendable {
        let process: Process
    }

    private let box: Box
    private let exit: AsyncStream<Int32>
    /// Where its standard output goes, a file.
    let output: String
    /// Where its standard error goes, a file.
    let errors: String

    /// Starts it.
    ///
    /// - Parameters:
    ///   - program: Its path, or a name that is looked for in `PATH`.
    ///   - arguments: What it is told.
    ///   - base: The path of the files of its output, without `.out` and `.err`.
    /// - Throws: That it cannot be started.
    init(_ program: String, _ arguments: [String], base: String) throws(CommandFailure) {
        output = base + ".out"
        errors = base + ".err"
        let process = Process()
        // What we watch we ignore, and a program would inherit that: it could not be asked to end.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--default-signal=INT,TERM", program] + arguments
        // Settings of another server, such as a store, are none of its business.
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("JOBSYNC_")
        }
        process.standardInput = FileHandle.nullDevice
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        exit = stream
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        box = Box(process: process)
        do {
            for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
            process.standardOutput = try FileHandle(
                forWritingTo: URL(fileURLWithPath: output)
            )
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
            try process.run()
        } catch {
            throw CommandFailure(.failed, "\(program): cannot be started: \(reason(of: error))")
        }
    }

    var isRunning: Bool { box.process.isRunning }

    /// Asks it to end.
    func end() { box.process.terminate() }

    /// Waits until it has ended; to be called once.
    ///
    /// - Returns: Its exit code, or the signal that ended it.
    func wait() async -> Int32 {
        for await status in exit { return status }
        return box.process.terminationStatus
    }

    /// What it has said on standard error.
    var complaint: String {
        let text = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
