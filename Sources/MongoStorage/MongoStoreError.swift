import Mongo

/// Why a database was not opened; what was in it is as it was.
public enum MongoStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The URI is none, or its host has no such name.
    case invalidURI(String)
    /// Nobody answers at the address.
    case unreachable(address: String, detail: String)
    /// The name, the password or the rights are not good enough.
    case denied(address: String, detail: String)
    /// The server has no transactions, because it is alone.
    case standalone(address: String)
    /// The server is older than what we know.
    case outdated(address: String)
    /// A later version of this program wrote to the database.
    case newer(address: String, format: Int, known: Int)
    /// Anything else.
    case inaccessible(address: String, detail: String)

    /// A sentence for people, on one line, without the password.
    public var description: String {
        switch self {
        case .invalidURI(let detail): detail
        case .unreachable(let address, let detail): "cannot reach \(address): \(detail)"
        case .denied(let address, let detail): "\(address) does not let us in: \(detail)"
        case .standalone(let address):
            "\(address) is no replica set; start mongod with --replSet and initiate the set, one "
                + "member is enough"
        case .outdated(let address):
            "\(address) is older than MongoDB 5.0, which is the first that can be used"
        case .newer(let address, let format, let known):
            "\(address) was written to by a later version of Jobsync (format \(format), this one "
                + "knows up to \(known)); it was left as it is"
        case .inaccessible(let address, let detail): "cannot open \(address): \(detail)"
        }
    }

    init(_ error: MongoError, address: String) {
        let detail = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        if error.isDenied {
            self = .denied(address: address, detail: detail)
        } else if error.isUnreachable {
            self = .unreachable(address: address, detail: detail)
        } else {
            self = .inaccessible(address: address, detail: detail)
        }
    }
}
