public import JobModel
import JobStorage

/// Why the keeper did not do what it was asked; each says it in a sentence for people.
public enum DataError: Error, Hashable, Sendable {
    /// A job's argument names something that is not there.
    case badArguments(field: String, message: String)
    /// There is nothing of that name.
    case notFound(DataKind, id: String, message: String)
    /// It is used, or just being removed.
    case conflict(DataKey, message: String)
    /// What was brought along is not as it must be.
    case invalid(field: String, message: String)
    /// There is no such upload.
    case noSuchUpload(String)
    /// Another server leads, and its folders count.
    case notHere(message: String)
    /// The store does not answer; whether it was done is not known.
    case storeUnavailable
    /// Whoever asked does not wait for it any more.
    case givenUp
    /// The disk does not take it.
    case disk(message: String)

    /// What happened, without a full stop.
    public var message: String {
        switch self {
        case .badArguments(let field, let message), .invalid(let field, let message):
            "\(field): \(message)"
        case .notFound(_, _, let message), .conflict(_, let message), .notHere(let message),
            .disk(let message):
            message
        case .noSuchUpload(let upload):
            "there is no upload \"\(upload)\": it is finished, or was given up; begin anew"
        case .givenUp: "nobody waits for this any more"
        case .storeUnavailable: "the store does not answer; whether this was done is not known"
        }
    }
}
