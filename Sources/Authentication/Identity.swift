/// Something that a caller may be allowed to do.
public enum Permission: String, Hashable, Sendable, CaseIterable {
    /// Make jobs.
    case createJob = "create_job"
    /// Cancel jobs.
    case cancelJob = "cancel_job"
    /// Put jobs away.
    case archiveJob = "archive_job"
    /// Remove jobs.
    case removeJob = "remove_job"
    /// Bring references along, remove what is kept.
    case modifyData = "modify_data"
    /// Change limits, reload tasks, look at connections.
    case modifyOptions = "modify_options"
}

/// Who calls, and what they may do.
public struct Identity: Hashable, Sendable {
    /// The name under which jobs are made.
    public let username: String
    /// What is allowed.
    public let permissions: Set<Permission>

    /// Describes a caller.
    ///
    /// - Parameters:
    ///   - username: The name under which jobs are made.
    ///   - permissions: What is allowed.
    public init(username: String, permissions: Set<Permission>) {
        self.username = username
        self.permissions = permissions
    }

    /// Everyone, where a server on loopback asks nobody who they are.
    public static let local = Identity(
        username: "local",
        permissions: Set(Permission.allCases)
    )

    /// The names of what is allowed, in a fixed order.
    public var permissionNames: [String] { permissions.map(\.rawValue).sorted() }
}
