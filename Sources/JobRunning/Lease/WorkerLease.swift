import JSON
import JobTasks
package import SystemPackage

/// For how long jobs of a data folder may run that another server may start as well.
///
/// A server that shares its store writes into a file of its data folder up to when no other server gives its
/// jobs up, whenever the store has heard it. A worker whose job may be started elsewhere reads that, and has
/// ended itself by then: so no such job runs twice at a time, though server and store never meet again.
package struct WorkerLease: Hashable, Sendable {
    /// The file that the server writes.
    package let file: FilePath
    /// For how long it is given each time.
    package let duration: Duration

    package init(file: FilePath, duration: Duration) {
        self.file = file
        self.duration = duration
    }

    /// Gives it anew.
    ///
    /// - Parameter end: Up to when.
    /// - Throws: Why it cannot be written; then the old one holds.
    package func renew(until end: ContinuousClock.Instant) throws(Errno) {
        let document: JSONObject = [
            "boot_id": .string(Machine.bootID),
            "until_ms": .integer(MachineClock.milliseconds(of: end)),
        ]
        let new = FilePath(file.string + ".new")
        try Files.makeWay(for: new)
        try Files.write(JSONValue.object(document).encoded, to: new)
        // Not synced: after a power cut there is no worker either that could read it.
        try Files.rename(new, over: file)
    }

    /// Up to when it was given last.
    ///
    /// - Returns: Nil where there is none that could be read, or only one from before the machine was restarted.
    package func end() -> ContinuousClock.Instant? {
        guard let document = try? JSONValue(parsing: Files.read(file, limit: 4 << 10)),
            document["boot_id"]?.stringValue == Machine.bootID,
            let until = document["until_ms"]?.countValue
        else { return nil }
        return MachineClock.instant(ofMilliseconds: until)
    }
}
