/// What became of a frame.
public enum SendOutcome: Sendable, Equatable {
    /// The operating system took all of it.
    case written
    /// It will be sent, but the socket is full: wait for `connectionDrained` before sending more.
    case choked
    /// The connection is closed, or closing, and takes nothing any more.
    case gone
}
