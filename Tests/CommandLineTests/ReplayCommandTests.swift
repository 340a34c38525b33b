import ArgumentParser
import Foundation
import Testing

@testable import jobsync

@Suite("jobsync replay")
struct ReplayCommandTests {
    @Test(
        "The command line is checked before anything is read",
        arguments: [
            ["f", "--speed", "0"], ["f", "--speed", "fast"], ["f", "--speed", "nan"],
            ["f", "--copies", "0"], ["f", "--patience", "0"],
            ["f", "http://a", "--url", "http://b"],
            [],
        ]
    )
    func validation(arguments: [String]) {
        #expect(throws: (any Error).self) { try ReplayCommand.parse(arguments) }
    }

    @Test("Speeds, copies and servers are taken as people write them")
    func options() throws {
        _ = try ReplayCommand.parse(["f", "--speed", "max", "--copies", "3"])
        _ = try ReplayCommand.parse(["f", "http://127.0.0.1:1", "--speed", "2.5"])
    }

    @Test("A file that is not there is a failure that names it")
    func noFile() {
        let failure = #expect(throws: CommandFailure.self) {
            _ = try RecordingFile.read("/nowhere/talk.jsonl")
        }
        #expect(failure?.status == .failed)
        #expect(failure?.message == "/nowhere/talk.jsonl: cannot be read: no such file")
    }

    @Test(
        "Times are shown with three digits",
        arguments: [
            (Duration.microseconds(417), "0.42 ms"), (.microseconds(12_340), "12.3 ms"),
            (.milliseconds(250), "250 ms"), (.milliseconds(1204), "1.20 s"),
        ]
    )
    func times(duration: Duration, text: String) {
        #expect(ReplaySummary.time(duration) == text)
    }
}
