import JSON

/// A recording, as far as it could be read.
public struct MessageLog: Sendable {
    /// Something that is wrong with a log, and where.
    public struct Fault: Hashable, Sendable, CustomStringConvertible {
        /// The number of the line, from 1.
        public let line: Int
        /// What is wrong with it.
        public let problem: String

        /// A sentence for people.
        public var description: String { "line \(line): \(problem)" }
    }

    /// How far a log that is damaged could be read.
    public struct Damage: Hashable, Sendable, CustomStringConvertible {
        /// The line that cannot be read.
        public let fault: Fault
        /// How many bytes stand before it, and were read.
        public let readBytes: Int
        /// How many bytes the log has.
        public let bytes: Int

        /// A sentence for people.
        public var description: String {
            let permille = readBytes * 1000 / max(1, bytes)
            return "\(fault) (read up to byte \(readBytes) of \(bytes), "
                + "\(permille / 10).\(permille % 10) %)"
        }
    }

    /// Why something is not a recording at all.
    public struct NoLog: Error, Hashable, CustomStringConvertible {
        /// A sentence for people.
        public let description: String
    }

    /// What was recorded.
    public let header: MessageLogHeader
    /// What happened, in the order of the lines.
    public private(set) var entries: [MessageLogEntry] = []
    /// Where the log cannot be read any further; nil if it is whole.
    public private(set) var damage: Damage?
    /// The first line whose time is before that of the line above.
    public private(set) var backwards: Fault?

    /// Reads a log up to its end or to the first line that is damaged.
    ///
    /// - Parameter bytes: The file.
    /// - Throws: That there is no header that is known.
    public init(parsing bytes: [UInt8]) throws(NoLog) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Behind the last line break there is nothing, unless the last line was cut off.
        let isCut = lines.last?.isEmpty == false
        if !isCut { lines.removeLast() }
        guard let first = lines.first, let document = Self.parse(first),
            let header = MessageLogHeader(document: document)
        else {
            throw NoLog(
                description: "not a recording: its first line has no format "
                    + "\"\(MessageLogHeader.format)\""
            )
        }
        self.header = header
        entries.reserveCapacity(lines.count - 1)
        for (index, line) in lines.enumerated().dropFirst() {
            guard let entry = Self.parse(line).flatMap(MessageLogEntry.init) else {
                let isLast = isCut && index == lines.count - 1
                let problem = isLast ? "the end is cut off" : "no event that can be read"
                damage = Damage(
                    fault: Fault(line: index + 1, problem: problem),
                    readBytes: line.startIndex,
                    bytes: bytes.count
                )
                return
            }
            if let last = entries.last, entry.time < last.time, backwards == nil {
                let step = last.time - entry.time
                backwards = Fault(line: index + 1, problem: "the clock went back by \(step)")
            }
            entries.append(entry)
        }
    }

    private static func parse(_ line: ArraySlice<UInt8>) -> JSONValue? {
        try? JSONValue(parsing: Array(line), maximumDepth: MessageLogEntry.maximumDepth)
    }
}
