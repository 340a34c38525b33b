import JSON
import JobModel
import Testing

@Suite("Sync processor")
struct SyncProcessorTests {
    /// The example that the design was made from.
    static let document = #"""
        {"_id": "f41e8c", "_version": 7, "task": "add_host",
         "args": {"_id": "Prunus persica", "_version": 0, "description": "Peach",
                  "file": "prunus_persica.fa", "added": false, "job": "f41e8c",
                  "username": "igboyes"},
         "proc": 1, "mem": 4, "username": "igboyes",
         "status": [
          {"stage": "bowtie_build", "progress": 0.429, "error": null, "state": "running",
           "date": "2016-08-25T11:48:22.375557"},
          {"stage": "snap_build", "progress": 0.571, "error": null, "state": "running",
           "date": "2016-08-25T11:52:18.472402"},
          {"stage": "update_db", "progress": 0.714, "error": null, "state": "running",
           "date": "2016-08-25T11:53:24.774645"}]}
        """#

    static func job() throws -> Job {
        let document = try #require(try JSONValue(parsing: document).objectValue)
        return try Job(document: document)
    }

    @Test("Makes the minimal document of the example")
    func example() throws {
        var bytes: [UInt8] = []
        SyncProcessor.minimalJob(of: try Self.job()).encode(into: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"_id":"f41e8c","_version":7,"task":"add_host","proc":1,"mem":4,"#
                + #""username":"igboyes","archived":false,"added":"2016-08-25T11:48:22.375557Z","#
                + #""state":"running","progress":0.714,"stage":"update_db","#
                + #""updated":"2016-08-25T11:53:24.774645Z"}"#
        )
    }

    @Test("Takes the user from the arguments where the document has none")
    func usernameFromArguments() throws {
        var document = try #require(try JSONValue(parsing: Self.document).objectValue)
        document["username"] = nil
        #expect(SyncProcessor.minimalJob(of: try Job(document: document)).username == "igboyes")
    }

    @Test("Shows the message of an error")
    func errorMessage() throws {
        var job = try Self.job()
        let error = JobError(cause: .exit, message: "snap-aligner: exit code 1", log: ["a", "b"])
        job.record(state: .error, error: error, at: Timestamp(microseconds: 0))
        let minimal = SyncProcessor.minimalJob(of: job)
        #expect(minimal.error == "snap-aligner: exit code 1")
        var bytes: [UInt8] = []
        minimal.encode(into: &bytes)
        #expect(try JSONValue(parsing: bytes)["error"] == "snap-aligner: exit code 1")
    }
}
