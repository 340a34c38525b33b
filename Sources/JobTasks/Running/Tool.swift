package import SystemPackage

/// One run of a program: what is started, and what counts as success.
package struct Tool: Sendable {
    /// Where a tool's standard output goes; standard error always goes to the log.
    package enum Output: Sendable {
        /// To the job's log.
        case log
        /// Into a file, as it is.
        case file(FilePath)
        /// To one who reads it while the tool runs, and tells what share of the work is done if
        /// that can be told from it. The tool is killed when the reader throws.
        case reader(@Sendable (_ bytes: [UInt8]) throws(TaskFailure) -> Double?)
    }

    /// The program, by name or path, and its arguments; no shell is involved.
    package var command: [String]
    /// Where standard output goes.
    package var output = Output.log
    /// The exit codes that mean success.
    package var exitCodes: [Int] = [0]
    /// Files that must be there and not be empty afterwards.
    package var files: [FilePath] = []
    /// Regular expressions over lines of output that mean failure.
    package var forbidden: [String] = []
    /// How progress is read from the output.
    package var progress: ToolProgress?
    /// Whether command line and output go to the log; the error has the last lines anyway.
    package var isLogged = true
    /// How many of the first lines of output are returned.
    package var keptLines = 0

    package init(_ command: [String]) {
        self.command = command
    }

    /// The name for messages: the program without its folder.
    var name: String {
        let program = command.first ?? ""
        return program.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
            ?? program
    }
}
