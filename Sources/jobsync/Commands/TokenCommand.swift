import ArgumentParser
import Authentication
import Foundation

/// `jobsync token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make the key to a server.",
        subcommands: [TokenReset.self]
    )
}

/// `jobsync token reset`.
struct TokenReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Make a new token in place of the old one, while the server does not run.",
        discussion: """
            The token is printed once; the server keeps only its hash. The old one is of no use any \
            more, and browsers must log in again.

              jobsync token reset --save     and commands on this machine use it from now on
            """
    )

    @Option(help: ServeSetting.data.help) var data: String?

    @Flag(help: "Write it to \(TokenFile.shownPath) too, readable by you alone.")
    var save = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let folder: String
        let options = try ServeOptions.parse(data.map { ["--data", $0] } ?? [])
        do throws(SettingsError) {
            folder = try options.settings(environment: environment) {
                try GivenFile.text($0)
            }.data
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        let token = try Wiring.replaceToken(in: folder)
        Output.line(token)
        if save {
            let file = TokenFile(environment: environment)
            try file.write(token)
            Output.remark("the token is in \(file.path)")
        }
    }
}
