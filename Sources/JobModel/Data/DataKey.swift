/// What kinds of things jobs make and keep.
public enum DataKind: String, CaseIterable, Comparable, Sendable {
    /// A genome whose reads are told from a virus's.
    case host
    /// Viruses, their isolates and sequences.
    case reference
    /// One version of a reference, indexed for the aligners.
    case index
    /// Reads, trimmed, with their statistics.
    case sample
    /// What was found in a sample.
    case analysis

    /// The folder below the data folder that holds all of the kind, and the word for many.
    public var plural: String {
        switch self {
        case .index: "indexes"
        case .analysis: "analyses"
        case .host, .reference, .sample: rawValue + "s"
        }
    }

    /// Finds a kind by the word for one or for many.
    ///
    /// - Parameter word: Such as `host` or `analyses`.
    public init?(word: String) {
        guard let kind = Self.allCases.first(where: { $0.rawValue == word || $0.plural == word })
        else { return nil }
        self = kind
    }

    /// Orders kinds as they build on each other.
    public static func < (left: DataKind, right: DataKind) -> Bool {
        left.place < right.place
    }

    private var place: Int {
        switch self {
        case .host: 0
        case .reference: 1
        case .index: 2
        case .sample: 3
        case .analysis: 4
        }
    }
}

/// Names one thing that is kept.
public struct DataKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What it is.
    public let kind: DataKind
    /// Its name among those of its kind.
    public let id: String

    /// Takes a name over if its form is right.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - id: Its name: it names a folder as it is.
    public init?(_ kind: DataKind, _ id: String) {
        guard Self.isID(id) else { return nil }
        self.kind = kind
        self.id = id
    }

    /// What an id may look like, for messages to people.
    public static let form =
        "1 to 80 of the characters A-Z a-z 0-9 _ - ., the first a letter or a digit"

    /// Whether a text can name something that is kept.
    ///
    /// - Parameter text: The text.
    /// - Returns: True for what ``form`` says.
    public static func isID(_ text: String) -> Bool {
        guard let first = text.utf8.first, JobID.isAlphanumeric(first), text.utf8.count <= 80 else {
            return false
        }
        return text.utf8.allSatisfy { JobID.isAlphanumeric($0) || "_-.".utf8.contains($0) }
    }

    /// The folder that holds its files, relative to the data folder.
    public var path: String { "\(kind.plural)/\(id)" }

    /// Kind and id, such as `host prunus_persica`.
    public var description: String { "\(kind.rawValue) \(id)" }

    /// Orders by kind, then by id.
    public static func < (left: DataKey, right: DataKey) -> Bool {
        (left.kind, left.id) < (right.kind, right.id)
    }
}
