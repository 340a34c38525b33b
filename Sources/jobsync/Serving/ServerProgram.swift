import Authentication
import Foundation
import JobData
import JobManagement
import JobModel
import JobStorage
import JobSync
import Logging
import ServiceLifecycle
import WebSockets

/// Runs a server until it is told to end.
struct ServerProgram: Service, CustomStringConvertible {
    let settings: ServeSettings
    let logger: Logger
    /// Reads the settings anew, on SIGHUP.
    let reread: @Sendable () -> ServeSettings?
    /// Tells of each SIGHUP; iterated once.
    let reloads: AsyncStream<Void>

    /// All that the service group, which logs its services, may say: settings hold a password.
    var description: String { "server" }

    /// Starts, serves, and ends when the service group says so.
    func run() async throws {
        let wiring = try await Wiring(settings, logger: logger)
        let address: NetworkAddress
        do throws(StartError) {
            address = try await listen(wiring)
        } catch {
            await wiring.recorder?.discard()
            throw error
        }
        await withTaskGroup { group in
            group.addTask { await wiring.manager.run() }
            group.addTask { await wiring.frontEnd.run() }
            group.addTask { await followReloads(wiring) }
            announce(address, wiring)
            try? await gracefulShutdown()
            await end(wiring)
            group.cancelAll()
        }
        // Nobody is left who uses it: what was under way in the group has ended with it.
        await wiring.manager.end()
        await wiring.close()
    }

    /// Lets clients in, once jobs are known.
    private func listen(_ wiring: Wiring) async throws(StartError) -> NetworkAddress {
        do throws(DataStoreError) {
            // Before jobs start, which may work on what it puts back.
            try await wiring.data.begin()
        } catch {
            throw StartError(message: "\(wiring.location) does not answer: \(error.reason)")
        }
        do throws(JobStoreError) {
            try await wiring.manager.begin()
        } catch {
            throw StartError(message: "\(wiring.location) does not answer: \(error.reason)")
        }
        await reportTaskProblems(wiring)
        await wiring.frontEnd.begin()
        do throws(WebSocketServerError) {
            return try await wiring.network.start(delegate: wiring.frontEnd)
        } catch {
            throw StartError(message: "\(error)")
        }
    }

    /// Ends without harm to what runs: workers go on by themselves.
    private func end(_ wiring: Wiring) async {
        logger.notice("ending; running jobs go on")
        await wiring.manager.drain()
        await wiring.frontEnd.drain()
        await wiring.network.stop(
            code: WebSocketCloseCode(rawValue: 4001),
            reason: "the server is about to restart"
        )
        await wiring.recorder?.finish()
    }

    private func followReloads(_ wiring: Wiring) async {
        for await _ in reloads {
            let areTasksRead = await wiring.reloadTasks()
            if let settings = reread(), settings.proc != nil || settings.mem != nil {
                let limit = await wiring.manager.resources().limit
                await wiring.manager.setMachine(
                    Resources(
                        proc: settings.proc ?? limit.proc,
                        mem: settings.mem ?? limit.mem
                    )
                )
            }
            guard areTasksRead else {
                logger.error("limits were read anew; task files not, their disk does not answer")
                continue
            }
            await reportTaskProblems(wiring)
            logger.notice("tasks and limits were read anew")
        }
    }

    private func reportTaskProblems(_ wiring: Wiring) async {
        for problem in await wiring.manager.taskProblems() {
            logger.warning("a task file is left out: \(problem)")
        }
    }

    /// Says on standard output where the server is and how to get in.
    private func announce(_ address: NetworkAddress, _ wiring: Wiring) {
        logger.notice("\(wiring.budget)")
        var lines: [String] = []
        let role = settings.role == .front ? "; other servers start them" : ""
        if let authenticator = wiring.authenticator {
            if !authenticator.hasToken {
                do throws(AuthenticatorError) {
                    let token = try authenticator.replaceToken(username: NSUserName())
                    lines.append("token, shown this once: \(token)")
                } catch {
                    logger.error("\(error)")
                }
            }
            lines.append("open http://\(address)/login?link=\(authenticator.makeLink())")
        }
        lines.append("jobs are kept in \(wiring.location)\(role)")
        lines.append("listening on http://\(address)")
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

extension ServeSettings {
    /// Whether only this machine can reach the server.
    var isLoopback: Bool { ServerAddress.isLoopback(host) }
}
