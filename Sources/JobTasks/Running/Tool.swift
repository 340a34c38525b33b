package import SystemPackage

/// One run of a program: what is started, and what counts as success.
package struct Tool: Sendable {
    /// The program, by name or path, and its arguments; no shell is involved.
    package var command: [String]
    /// Where standard output goes instead of the log.
    package var output: FilePath?
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
        return program.split(separator: "/").last.map { String($0) } ?? program
    }
}
