import ArgumentParser
import Foundation

/// Which server is asked, and who asks.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server. (environment: JOBSYNC_URL; default: \(ServerAddress.usual))",
            valueName: "address"
        )
    )
    var url: String?

    @Option(
        help: ArgumentHelp(
            "Who asks; better given in JOBSYNC_TOKEN, because others can see a command line. "
                + "(environment: JOBSYNC_TOKEN; for a server on this machine also the file "
                + "\(TokenFile.shownPath), mode 600)",
            valueName: "token"
        )
    )
    var token: String?

    /// Puts options, environment and file together.
    func access(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> ServerAccess {
        func filled(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let (text, place) =
            url.map { ($0, "--url") } ?? filled("JOBSYNC_URL").map { ($0, "JOBSYNC_URL") }
            ?? (ServerAddress.usual, "")
        let address: ServerAddress
        do throws(UnusableText) {
            address = try ServerAddress(text)
        } catch {
            throw CommandFailure(.usage, "\(place): must be \(error.expected), not \"\(text)\"")
        }
        var token = token ?? filled("JOBSYNC_TOKEN")
        // Another machine's server has no business with this machine's token.
        if token == nil, address.isLoopback {
            token = try TokenFile(environment: environment).read()
        }
        return ServerAccess(address: address, token: token)
    }

    /// Connects.
    func connect() async throws(CommandFailure) -> ServerConnection {
        try await access().connect()
    }
}

/// A server and the key to it.
struct ServerAccess: Hashable, Sendable {
    let address: ServerAddress
    let token: String?
}
