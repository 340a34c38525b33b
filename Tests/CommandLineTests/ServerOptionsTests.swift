import ArgumentParser
import Foundation
import JobProtocol
import TestSupport
import Testing
import WebSockets

@testable import jobsync

@Suite("Which server is asked, and who asks")
struct ServerOptionsTests {
    @Test(
        "Addresses",
        arguments: [
            ("http://127.0.0.1:9950", "http://127.0.0.1:9950", "ws://127.0.0.1:9950/ws", true),
            ("HTTP://localhost/", "http://localhost", "ws://localhost/ws", true),
            (
                "https://lab.example/jobs/", "https://lab.example/jobs",
                "wss://lab.example/jobs/ws", false
            ),
            ("ws://[::1]:1/ws", "http://[::1]:1", "ws://[::1]:1/ws", true),
            ("wss://127.example", "https://127.example", "wss://127.example/ws", false),
        ]
    )
    func addresses(text: String, shown: String, socket: String, isLoopback: Bool) throws {
        let address = try ServerAddress(text)
        #expect(address.description == shown)
        #expect(address.socket == socket)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(
        "What is no address",
        arguments: ["", "localhost:9950", "http://", "http://a b", "ftp://a"]
    )
    func badAddress(text: String) throws {
        #expect(throws: UnusableText.self) { try ServerAddress(text) }
        let failure = #expect(throws: CommandFailure.self) {
            try ServerOptions.parse(["--url", text]).access(environment: [:])
        }
        #expect(failure?.status == .usage)
    }

    @Test("An option comes before the environment, and that before the file")
    func precedence() throws {
        try withHome { home in
            let file = TokenFile(environment: ["HOME": home])
            try file.write("from-file")
            let environment = ["HOME": home]
            #expect(
                try ServerOptions.parse([]).access(environment: environment).token == "from-file"
            )
            let more = ["HOME": home, "JOBSYNC_TOKEN": "from-env", "JOBSYNC_URL": "http://[::1]:2"]
            let access = try ServerOptions.parse([]).access(environment: more)
            #expect(access.token == "from-env")
            #expect(access.address.description == "http://[::1]:2")
            let options = ["--token", "given", "--url", "http://localhost:1"]
            let given = try ServerOptions.parse(options).access(environment: more)
            #expect(given.token == "given")
            #expect(given.address.description == "http://localhost:1")
        }
    }

    @Test("Another machine's server never gets the token of the file")
    func otherMachine() throws {
        try withHome { home in
            try TokenFile(environment: ["HOME": home]).write("secret")
            let options = try ServerOptions.parse(["--url", "https://lab.example"])
            #expect(try options.access(environment: ["HOME": home]).token == nil)
        }
    }

    @Test("A token file is its owner's alone, or it is refused")
    func mode() throws {
        try withHome { home in
            let file = TokenFile(environment: ["HOME": home])
            #expect(try file.read() == nil)
            try file.write("secret")
            try file.write("newer")
            #expect(try file.read() == "newer")
            func mode() throws -> Int? {
                let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
                return (attributes[.posixPermissions] as? NSNumber)?.intValue
            }
            #expect(try mode() == 0o600)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o640],
                ofItemAtPath: file.path
            )
            let failure = #expect(throws: CommandFailure.self) { try file.read() }
            #expect(failure?.message.contains("can be read by others") == true)
        }
    }

    @Test("Failures have the exit codes that the help names")
    func exitCodes() throws {
        let address = try ServerAddress("http://127.0.0.1:1")
        #expect(CommandFailure(.refused(status: 401), address: address).status == .notAllowed)
        #expect(CommandFailure(.refused(status: 403), address: address).status == .notAllowed)
        #expect(CommandFailure(.refused(status: 503), address: address).status == .unreachable)
        #expect(CommandFailure(.timedOut, address: address).status == .unreachable)
        for code in RPCError.Code.allCases {
            let expected: CommandStatus =
                code == .unauthenticated || code == .forbidden ? .notAllowed : .failed
            #expect(CommandFailure(RPCError(code, "no")).status == expected)
        }
    }

    private func withHome(_ body: (String) throws -> Void) throws {
        let folder = try ScratchFolder()
        defer { withExtendedLifetime(folder) {} }
        try body(folder.path + "/home")
    }
}
