import Foundation

/// A real server with a data folder of its own, for the time of a validation.
final class ThrowAwayServer: Sendable {
    /// How to reach it.
    let access: ServerAccess
    /// Its data folder.
    let data: String
    private let program: ChildProgram

    /// Starts a server and waits until it listens.
    ///
    /// - Parameters:
    ///   - folder: Where its data folder and its output go.
    ///   - jobs: How many jobs of one core may run at once.
    /// - Throws: What it says when it does not start.
    init(in folder: String, jobs: Int) async throws(CommandFailure) {
        data = folder + "/data"
        program = try ChildProgram(
            ProgramFiles.itself,
            [
                "serve", "--listen", "127.0.0.1:0", "--data", data, "--auth", "none", "--proc",
                "\(jobs)", "--mem", "\(jobs * ValidationJobs.memory)",
            ],
            base: folder + "/server"
        )
        var address: ServerAddress?
        while address == nil {
            guard program.isRunning else {
                throw CommandFailure(
                    .failed,
                    "a server cannot be started: \(program.complaint)"
                )
            }
            let text = (try? String(contentsOfFile: program.output, encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix("listening on ") }
            if let line, text.hasSuffix("\n") {
                address = try? ServerAddress(String(line.dropFirst("listening on ".count)))
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        guard let address else { preconditionFailure("the loop ends with one") }
        access = ServerAccess(address: address, token: nil)
    }

    /// Ends it, and waits until it is gone.
    func end() async {
        program.end()
        _ = await program.wait()
    }
}
