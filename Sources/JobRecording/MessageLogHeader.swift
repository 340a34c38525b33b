public import JSON

/// The first line of a message log.
public struct MessageLogHeader: Hashable, Sendable {
    /// What this version writes and reads.
    public static let format = "jobsync-log/1"

    /// The name and version of the server that was recorded.
    public let server: String
    /// When the recording began, in RFC 3339.
    public let started: String
    /// The history that positions in the log belong to.
    public let epoch: String

    /// Describes a recording.
    ///
    /// - Parameters:
    ///   - server: The name and version of the server.
    ///   - started: When the recording began, in RFC 3339.
    ///   - epoch: The history that positions belong to.
    public init(server: String, started: String, epoch: String) {
        self.server = server
        self.started = started
        self.epoch = epoch
    }

    /// Reads the first line; nil if it is not that of a message log.
    ///
    /// - Parameter document: The line.
    public init?(document: JSONValue) {
        guard document["format"]?.stringValue == Self.format else { return nil }
        server = document["server"]?.stringValue ?? ""
        started = document["started"]?.stringValue ?? ""
        epoch = document["epoch"]?.stringValue ?? ""
    }

    /// The line with its end.
    public var line: [UInt8] {
        let document: JSONObject = [
            "format": .string(Self.format), "server": .string(server),
            "started": .string(started), "epoch": .string(epoch),
        ]
        return JSONValue.object(document).encoded + [UInt8(ascii: "\n")]
    }
}
