public import Logging
import Synchronization

/// Something in a store that cannot be read as what it should be, and was left as it is.
public struct SetAside: Hashable, Sendable {
    /// What it should be.
    public enum Kind: String, Hashable, Sendable {
        /// A job.
        case job
        /// The record of something that is kept.
        case record
        /// A setting, such as tasks' limits.
        case setting
        /// The history itself: changes of it are missing.
        case history
    }

    /// What it should be.
    public let kind: Kind
    /// Its name, as far as it could be read.
    public let id: String
    /// Which field makes no sense, and what was expected there.
    public let reason: String

    /// Describes something that cannot be read.
    ///
    /// - Parameters:
    ///   - kind: What it should be.
    ///   - id: Its name, as far as it could be read.
    ///   - reason: Which field makes no sense, and what was expected there.
    public init(_ kind: Kind, _ id: String, because reason: String) {
        self.kind = kind
        self.id = id
        self.reason = reason
    }
}

/// What a store could not read: told to the log once each, and kept for whoever asks.
public final class SetAsideList: Sendable {
    /// Beyond so many, somebody keeps another program's documents there, and knows it by now.
    private static let limit = 1000

    private struct Key: Hashable {
        let kind: SetAside.Kind
        let id: String
    }

    private let known = Mutex<[Key: SetAside]>([:])
    private let logger: Logger

    /// Makes an empty list.
    ///
    /// - Parameter logger: Hears of each thing once.
    public init(_ logger: Logger) {
        self.logger = logger
    }

    /// What was found so far, in the order of kinds and names.
    public var all: [SetAside] {
        known.withLock { Array($0.values) }
            .sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
    }

    /// Takes note of something that cannot be read.
    ///
    /// - Parameter thing: What it is, and why.
    public func add(_ thing: SetAside) {
        let isNew = known.withLock { known in
            let key = Key(kind: thing.kind, id: thing.id)
            guard known[key] == nil, known.count < Self.limit else { return false }
            known[key] = thing
            return true
        }
        guard isNew else { return }
        logger.warning(
            "something in the store is not as it must be, and is left as it is",
            metadata: [
                "kind": "\(thing.kind.rawValue)", "id": "\(thing.id)", "reason": "\(thing.reason)",
            ]
        )
    }
}
