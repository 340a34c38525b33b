public import JSON

/// One event of a message log: a line after the first.
public struct MessageLogEntry: Hashable, Sendable {
    /// What happened.
    public enum Direction: String, Hashable, Sendable {
        /// A client sent a message.
        case incoming = "in"
        /// The server sent a message.
        case outgoing = "out"
        /// A connection was opened.
        case open
        /// A connection was closed.
        case close
    }

    /// How deep a message in a log may be nested; the server takes and writes less.
    public static let maximumDepth = 130

    /// When, counted from the start of the recording.
    public let time: Duration
    /// The connection's number.
    public let connection: Int
    /// What happened.
    public let direction: Direction
    /// The message, a string if it was not JSON; nil if there was none.
    public let message: JSONValue?

    /// Describes an event.
    ///
    /// - Parameters:
    ///   - time: When, counted from the start of the recording.
    ///   - connection: The connection's number.
    ///   - direction: What happened.
    ///   - message: The message, if there was one.
    public init(
        time: Duration,
        connection: Int,
        direction: Direction,
        message: JSONValue? = nil
    ) {
        self.time = time
        self.connection = connection
        self.direction = direction
        self.message = message
    }

    /// Reads a line; nil if it is not an event.
    ///
    /// - Parameter document: The line.
    public init?(document: JSONValue) {
        // A year of milliseconds: what is beyond is damage, and would not fit where it is counted.
        guard let milliseconds = document["t"]?.numberValue, (0...3.2e10).contains(milliseconds),
            let connection = document["c"]?.integerValue,
            let direction = document["dir"]?.stringValue.flatMap(Direction.init)
        else { return nil }
        let message = document["msg"]
        if direction == .incoming || direction == .outgoing, message == nil { return nil }
        self.init(
            time: .microseconds(Int((milliseconds * 1000).rounded())),
            connection: connection,
            direction: direction,
            message: message
        )
    }

    /// The line with its end.
    public var line: [UInt8] {
        Self.line(time, connection, direction, message: message?.encoded[...])
    }

    /// Writes a line around a message that is JSON already.
    ///
    /// - Parameters:
    ///   - time: When.
    ///   - connection: The connection's number.
    ///   - direction: What happened.
    ///   - message: One JSON document without line breaks.
    /// - Returns: The line with its end.
    static func line(
        _ time: Duration,
        _ connection: Int,
        _ direction: Direction,
        message: ArraySlice<UInt8>?
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + (message?.count ?? 0))
        bytes.append(contentsOf: #"{"t":"#.utf8)
        // Milliseconds, with the microseconds behind the point.
        bytes.append(json: (time / .microseconds(1)).rounded() / 1000)
        bytes.append(contentsOf: #","c":"#.utf8)
        bytes.append(json: connection)
        bytes.append(contentsOf: #","dir":"#.utf8)
        bytes.append(json: direction.rawValue)
        if let message {
            bytes.append(contentsOf: #","msg":"#.utf8)
            bytes.append(contentsOf: message)
        }
        bytes.append(contentsOf: "}\n".utf8)
        return bytes
    }
}
