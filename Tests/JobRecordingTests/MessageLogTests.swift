import Foundation
import JSON
import Logging
import SystemPackage
import TestSupport
import Testing

@testable import JobRecording

@Suite("Message logs", .timeLimit(.minutes(6)))
struct MessageLogTests {
    static let header = MessageLogHeader(
        server: "jobsync 0.1.0",
        started: "2016-08-25T11:40:00.000000Z",
        epoch: "9f2c"
    )

    static let entries = [
        MessageLogEntry(time: .zero, connection: 1, direction: .open),
        MessageLogEntry(
            time: .microseconds(1250),
            connection: 1,
            direction: .incoming,
            message: ["jsonrpc": "2.0", "id": 1, "method": "jobs.find"]
        ),
        MessageLogEntry(
            time: .milliseconds(2),
            connection: 1,
            direction: .outgoing,
            message: ["jsonrpc": "2.0", "id": 1, "result": ["jobs": [], "after": nil]]
        ),
        MessageLogEntry(
            time: .seconds(70_000),
            connection: 1,
            direction: .close,
            message: ["code": 1000]
        ),
    ]

    static func text(_ entries: [MessageLogEntry] = entries) -> String {
        String(decoding: header.line + entries.flatMap(\.line), as: UTF8.self)
    }

    static func read(_ text: String) throws -> MessageLog {
        try MessageLog(parsing: Array(text.utf8))
    }

    @Test("What is written is read again")
    func roundTrip() throws {
        let log = try Self.read(Self.text())
        #expect(log.header == Self.header)
        #expect(log.entries == Self.entries)
        #expect(log.damage == nil && log.backwards == nil)
        #expect(Self.text().contains(#"{"t":1.25,"c":1,"dir":"in","msg":{"#))
    }

    @Test("A log that was cut off is read up to there", arguments: 1...40)
    func truncation(bytes: Int) throws {
        let log = try Self.read(String(Self.text().dropLast(bytes)))
        // Without its line break alone the last line is whole.
        #expect(log.entries.count == (bytes == 1 ? 4 : 3))
        #expect(log.damage?.fault.line == (bytes == 1 ? nil : 5))
    }

    @Test(
        "A damaged line ends what can be read, and is named",
        arguments: [
            "", "nonsense", "{}", "[]", "\0\0\0", #"{"t":1,"c":1,"dir":"up","msg":1}"#,
            #"{"t":-1,"c":1,"dir":"open"}"#, #"{"t":1e300,"c":1,"dir":"open"}"#,
            #"{"t":1,"c":1,"dir":"in"}"#, #"{"t":1,"c":1.5,"dir":"open"}"#,
            String(repeating: "[", count: 100_000),
        ]
    )
    func damage(line: String) throws {
        var lines = Self.text().split(separator: "\n").map(String.init)
        lines.insert(line, at: 2)
        let log = try Self.read(lines.joined(separator: "\n") + "\n")
        #expect(log.entries == [Self.entries[0]])
        #expect(log.damage?.fault.line == 3)
    }

    @Test("A clock that went back is found", arguments: [true, false])
    func backwards(isReversed: Bool) throws {
        let entries = [Self.entries[2], Self.entries[1]]
        let log = try Self.read(Self.text(isReversed ? entries : entries.reversed()))
        #expect(log.entries.count == 2)
        #expect(log.backwards?.line == (isReversed ? 3 : nil))
    }

    @Test(
        "What is no recording is refused",
        arguments: ["", "\n", "{}\n", #"{"format":"jobsync-vectors/1","name":"x"}"# + "\n"]
    )
    func noLog(text: String) {
        #expect(throws: MessageLog.NoLog.self) { try Self.read(text) }
    }

    @Test("Text that is not JSON stands in the log as a string")
    func noJSON() {
        #expect(MessageMask.masked(Array("{nonsense".utf8)) == "{nonsense")
        #expect(MessageMask.masked(Array("[1, {}]".utf8)) == [1, [:]])
    }

    @Test(
        "A token is masked, however it is wrapped",
        arguments: [
            #"{"jsonrpc":"2.0","id":1,"method":"session.authenticate","params":{"token":"SECRET"}}"#,
            #"{"method":"session.authenticate","params":{"TOKEN":"SECRET","user":"SECRET"}}"#,
            #"{"method":"session.authenticate","params":["SECRET"]}"#,
            #"{"method":"session.authenticate","params":"SECRET"}"#,
            #"{"method":"session.auth","params":{"token":"SECRET"}}"#,
            #"[{"method":"session.authenticate","params":{"token":{"a":"SECRET"}}},1]"#,
            #"{"method":"session.authenticate","params":{"token":"SECRET"}"#,
            #"{"method":"session.authenticate","method":"x","params":{"token":"SECRET"}}"#,
            #"{"\u0074oken":"SECRET""#, #""SECRET""#, #"["SECRET"]"#, #"[["SECRET"]]"#,
            #"{"method":"session.authenticate","token":"SECRET"}"#,
        ]
    )
    func mask(message: String) {
        #expect(!MessageMask.masked(Array(message.utf8)).description.contains("SECRET"))
    }

    @Test(
        "A token that stands where none belongs is covered, also where the server repeats it",
        arguments: [
            "TOKEN", "Bearer TOKEN", #"{"id":"TOKEN","method":"x"}"#, #"{"method":"TOKEN"}"#,
            #"{"TOKEN":1}"#, #"{"method":7,"params":{"a":"TOKEN"}}"#,
            #"{"method":"x","params":{"a":{"my_token":"TOKEN"},"TOKEN":1}}"#, "TOKEN and TOKEN",
        ]
    )
    func stray(message: String) throws {
        let token = "jobsync_0123456789abcdef0123456789abcdef0123456789abcdef"
        let bytes = Array(message.replacing("TOKEN", with: token).utf8)
        for direction in [MessageLogEntry.Direction.incoming, .outgoing] {
            let line = MessageLogQueue.Item.event(.zero, 1, direction, bytes[...]).line
            let text = String(decoding: line, as: UTF8.self)
            #expect(!text.contains("0123456789abcdef"))
            #expect(text.contains("jobsync_***") || text.contains("\"***\""))
        }
        let harmless = Array(#"{"method":"x","params":{"a":"jobsync_data"}}"#.utf8)
        let line = MessageLogQueue.Item.event(.zero, 1, .incoming, harmless[...]).line
        #expect(String(decoding: line, as: UTF8.self).contains("jobsync_data"))
    }

    @Test("Other params stay as they are")
    func unmasked() {
        let call: JSONValue = ["method": "jobs.new", "params": ["task": "a", "args": ["b": 1]]]
        #expect(MessageMask.masked(call.encoded) == call)
    }

    @Test("The file is its owner's, holds what was told, and is never overwritten")
    func file() async throws {
        let folder = try ScratchFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path + "/log"
        let writer = try MessageLogWriter(path: path, logger: Logger(label: "test"))
        writer.begin(Self.header)
        for number in 0..<10_000 {
            writer.record(.microseconds(number), 1, .outgoing, Array("[\(number)]".utf8)[...])
        }
        writer.record(.milliseconds(20), 1, .incoming, Array(#"{"method":"x"}"#.utf8)[...])
        await writer.finish()
        writer.record(.milliseconds(30), 1, .open)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
        let log = try Self.read(String(contentsOfFile: path, encoding: .utf8))
        #expect(log.damage == nil)
        #expect(log.entries.count == 10_001)
        #expect(log.entries.map(\.time) == log.entries.map(\.time).sorted())
        #expect(log.entries[9_999].message == [9999])
        #expect(throws: (any Error).self) {
            try MessageLogWriter(path: path, logger: Logger(label: "test"))
        }
    }

    @Test("A recording that is too fast for its disk ends and says so, with whole lines only")
    func overflow() async throws {
        let folder = try ScratchFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path + "/log"
        let notes = Notes()
        let logger = Logger(label: "test") { _ in notes }
        let writer = try MessageLogWriter(path: path, room: 1000, logger: logger)
        writer.begin(Self.header)
        writer.record(.zero, 1, .open)
        writer.record(
            .zero,
            1,
            .outgoing,
            Array("[\(String(repeating: "1", count: 1000))]".utf8)[...]
        )
        writer.record(.zero, 1, .open)
        await writer.finish()
        let log = try Self.read(String(contentsOfFile: path, encoding: .utf8))
        #expect(log.entries.map(\.direction) == [.open])
        #expect(log.damage == nil)
        #expect(notes.messages == ["the recording ends: the disk is too slow for it"])
    }

    @Test("A full disk ends the recording, and says so once")
    func fullDisk() async throws {
        let notes = Notes()
        let logger = Logger(label: "test") { _ in notes }
        let writer = MessageLogWriter(try .open("/dev/full", .writeOnly), logger: logger)
        writer.begin(Self.header)
        for _ in 0..<100 { writer.record(.zero, 1, .open) }
        await writer.finish()
        #expect(notes.messages.count == 1)
        #expect(notes.messages.first?.contains("cannot be written") == true)
    }
}
