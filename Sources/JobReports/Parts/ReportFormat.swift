public import JobModel

/// In which form something is handed out.
public enum ReportFormat: String, CaseIterable, Sendable {
    /// One page to read, to print and to sign, that needs nothing else.
    case html
    /// A table with tabs between its columns.
    case tsv
    /// An object for programs.
    case json
    /// Sequences.
    case fasta
    /// Reads with their qualities.
    case fastq

    /// What HTTP calls it.
    public var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .tsv: "text/tab-separated-values; charset=utf-8"
        case .json: "application/json"
        case .fasta: "text/x-fasta; charset=utf-8"
        case .fastq: "text/x-fastq; charset=utf-8"
        }
    }
}

/// Something that was handed out: a file's name and what is in it.
public struct Rendition: Hashable, Sendable {
    /// A name that every file system takes.
    public let name: String
    /// In which form it is.
    public let format: ReportFormat
    /// What is in it, as UTF-8.
    public let text: String

    /// Names a text.
    ///
    /// - Parameters:
    ///   - parts: What the name is made of; characters that are not safe in one become `_`.
    ///   - format: In which form it is, and so what the name ends in.
    ///   - text: What is in it.
    public init(_ parts: [String], _ format: ReportFormat, _ text: String) {
        name = Self.name(parts, format)
        self.format = format
        self.text = text
    }

    /// A name that every file system takes.
    ///
    /// - Parameters:
    ///   - parts: What it is made of; characters that are not safe in one become `_`.
    ///   - format: What it ends in.
    /// - Returns: At most about 120 characters of ASCII, the first a letter or a digit.
    public static func name(_ parts: [String], _ format: ReportFormat) -> String {
        let safe = parts.joined(separator: "-").utf8.prefix(100).map { byte -> Character in
            let isSafe =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || "-_.".utf8.contains(byte)
            return isSafe ? Character(Unicode.Scalar(byte)) : "_"
        }
        let name = String(safe.drop { "-_.".contains($0) })
        return "\(name.isEmpty ? "report" : name).\(format.rawValue)"
    }
}

/// Who hands something out, for whom, and when.
public struct ReportOrigin: Hashable, Sendable {
    /// The program and its version.
    public var program: String
    /// Who asked for it.
    public var username: String
    /// When.
    public var moment: Timestamp

    /// Says who hands something out.
    ///
    /// - Parameters:
    ///   - program: The program and its version.
    ///   - username: Who asked for it.
    ///   - moment: When.
    public init(program: String, username: String, moment: Timestamp) {
        self.program = program
        self.username = username
        self.moment = moment
    }
}
