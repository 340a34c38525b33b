/// Why a server could not start.
public enum WebSocketServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Somebody else listens on the port.
    case portInUse(host: String, port: Int)
    /// The port is reserved for the superuser, or a policy forbids it.
    case notPermitted(host: String, port: Int)
    /// The name stands for no address, or for none of this machine.
    case unknownHost(String, reason: String)
    /// Anything else that the system refused.
    case system(String)

    /// A sentence for people.
    public var description: String {
        switch self {
        case .portInUse(let host, let port):
            "port \(port) on \(host) is in use by another program"
        case .notPermitted(let host, let port):
            "not permitted to listen on port \(port) of \(host)"
        case .unknownHost(let host, let reason):
            "cannot listen on \(host): \(reason)"
        case .system(let reason):
            "cannot listen: \(reason)"
        }
    }
}
