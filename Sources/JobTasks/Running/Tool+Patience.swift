import Glibc
import JobModel
import Subprocess
package import SystemPackage

extension Tool {
    /// The longest pause between two tries to start a program.
    private static let longestPause = Duration.seconds(60)

    /// Runs the program to its end, however long the machine lacks what it takes to start it.
    ///
    /// The first program of a job does not wait here: nothing has begun, and the job can wait where it takes
    /// nobody's cores. Later ones do, for what was done before them must not be lost.
    ///
    /// - Throws: Why it could not be run; `lacking` only for a job's first program.
    func runPatiently(
        in context: TaskContext,
        output: ToolOutput
    ) async throws(TaskFailure) -> (pid: Int32, status: TerminationStatus) {
        var pause = Duration.seconds(1)
        while true {
            do {
                try Self.checkDescriptors()
                context.toolIsStarting()
                defer { context.toolHasStarted() }
                let end = try await spawnAndFollow(in: context, output: output)
                context.hasBegun = true
                return end
            } catch {
                try context.checkStopping()
                if let failure = error as? TaskFailure {
                    context.hasBegun = true
                    throw failure
                }
                let reason = (error as? SubprocessError)?.description ?? "\(error)"
                let message = "\(name) could not be started: \(reason)"
                guard !output.hasBegun, Self.isLackOfMeans(error), context.isPatient else {
                    throw .failed(
                        JobError(cause: .spawn, message: message, log: output.lastLines)
                    )
                }
                guard context.hasBegun else { throw .lacking(message) }
                if pause == .seconds(1) { context.log("\(message); trying again until it works") }
                try context.hold(pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// How many descriptors it takes at most to start a program and to follow it.
    private static let descriptors = 24

    /// Checks that as many files can be opened as it takes to start a program.
    ///
    /// Asked before each start: with some of them, but not all, libraries below stand still or end the process.
    ///
    /// - Throws: Why they cannot be opened.
    package static func checkDescriptors() throws(Errno) {
        var opened: [CInt] = []
        defer { for file in opened { close(file) } }
        while opened.count < descriptors {
            // Each a file of its own: a copy would not count where the whole machine has none left.
            opened.append(try Files.open("/dev/null", O_RDONLY))
        }
    }

    /// Whether it is for want of a process, a descriptor, memory or space that a program was not started.
    private static func isLackOfMeans(_ error: any Error) -> Bool {
        let reason: Errno? =
            switch error {
            case let error as Errno: error
            case let error as SubprocessError: error.underlyingError
            default: nil
            }
        return reason?.isLackOfMeans ?? false
    }
}

extension Errno {
    /// Whether the machine had no process, descriptor, memory or space left; that may pass.
    package var isLackOfMeans: Bool {
        [.resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem]
            .contains(self) || isLackOfSpace
    }

    /// Whether there is no space left on the disk, or none that we may use; that may pass.
    package var isLackOfSpace: Bool { self == .noSpace || self == .diskQuotaExceeded }
}
