import Foundation
import Glibc
import JSON
import JobModel
import Testing
import WebSockets

@Suite("Strangers at the door of a real server", .timeLimit(.minutes(6)))
struct StrangersTests {
    /// Connections that say nothing, or what they are given to say.
    private final class Crowd: @unchecked Sendable {
        // Written by init alone.
        private let sockets: [Int32]

        init(_ count: Int, at port: Int, saying text: String = "") {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            sockets = (0..<count).map { _ in
                let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
                let descriptor = socket(AF_INET, type, 0)
                _ = withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                let bytes = Array(text.utf8)
                _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                return descriptor
            }
        }

        deinit {
            for descriptor in sockets { close(descriptor) }
        }
    }

    private static let limitTask = """
        name: limit
        proc: 1
        mem: 1
        stages:
          - name: ask
            run: [sh, -c, 'ulimit -Sn >>"$1/limits"', ask, "{data}"]
        """

    static let sayings = [
        "", "G", "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{",
    ]

    @Test(
        "more silent connections than there are descriptors harm no job and nobody else",
        arguments: sayings
    )
    func silent(_ saying: String) async throws {
        let folder = try DataFolder(tasks: ["limit": Self.limitTask, "gate": Tasks.gate])
        let server = try await ServerProcess.start(folder.url, softFileLimit: 256)
        let early = try await Client.connect(to: server)
        try await early.subscribe()
        for number in 0..<8 {
            _ = try await early.call("jobs.new", ["task": "gate", "job_id": .string("g\(number)")])
        }
        let crowd = Crowd(400, at: server.port, saying: saying)
        #expect(try await early.call("session.whoami")["username"] == "local")
        let late = try await Client.connect(to: server)
        #expect(try await late.call("session.whoami")["username"] == "local")
        for number in 0..<8 {
            _ = try await late.call("jobs.new", ["task": "limit", "job_id": .string("l\(number)")])
        }
        try Data().write(to: folder.file("open"))
        for number in 0..<8 {
            for id: JobID in ["g\(number)", "l\(number)"] {
                #expect(await early.waitForEnd(of: id)?.state == .complete)
            }
        }
        // What jobs run has the limit that the server was started with.
        let limits = try folder.text("limits").split(separator: "\n")
        #expect(limits == Array(repeating: "256", count: 8))
        #expect(try openFileLimit(of: server.processIdentifier) > 256)
        withExtendedLifetime(crowd) {}
        #expect(await server.end(SIGTERM) == 0)
    }

    private func openFileLimit(of process: pid_t) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        let line = try #require(
            text.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        )
        return Int(line.split(separator: " ")[3]) ?? 0
    }

    @Test("who has not logged in may say little, and not often")
    func talkative() async throws {
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url, options: ["--auth", "token"])
        let call = #"{"jsonrpc":"2.0","id":1,"method":"session.whoami"}"#
        let often = try await closure(of: server, after: Array(repeating: call, count: 11))
        #expect(often?.code.rawValue == 4508)
        let long = String(repeating: " ", count: 4097 - call.utf8.count) + call
        let tooLong = try await closure(of: server, after: [String(long.dropFirst()), long])
        #expect(tooLong?.code == .messageTooBig)
        #expect(tooLong?.reason == "a message may have 4096 bytes before the login")
        #expect(await server.end(SIGTERM) == 0)
    }

    private func closure(
        of server: ServerProcess,
        after messages: [String]
    ) async throws -> WebSocketClient.Closure? {
        let client = WebSocketClient()
        let url = server.url.replacing("http:", with: "ws:") + "/ws"
        try await client.connect(to: url, subprotocol: "jobsync.v1.json")
        for message in messages { try? await client.send(message) }
        for await _ in client.messages {}
        return await client.closure
    }

    @Test("more connections than there can be are refused at the start, with what is possible")
    func tooMany() async throws {
        let folder = try DataFolder()
        let error = await #expect(throws: ServerProcess.Failure.self) {
            _ = try await ServerProcess.start(
                folder.url,
                options: ["--auth", "none", "--max-connections", "100000"]
            )
        }
        #expect(error?.standardError.contains("--max-connections must be at most ") == true)
    }
}
