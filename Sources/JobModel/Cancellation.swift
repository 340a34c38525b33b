/// Who wanted a job to stop, and why.
public struct Cancellation: Hashable, Sendable {
    /// How many characters a reason has at most; of longer ones the beginning is kept.
    public static let reasonLimit = 1000

    /// Whoever asked for it, or nil if that is not known.
    public let username: String?
    /// The reason that was given, or nil if there was none.
    public let reason: String?

    /// Notes a wish; what is empty counts as not given.
    ///
    /// - Parameters:
    ///   - username: Whoever asked for it.
    ///   - reason: The reason that was given.
    public init(by username: String?, reason: String?) {
        self.username = username.flatMap { $0.isEmpty ? nil : $0 }
        self.reason = reason.flatMap { $0.isEmpty ? nil : $0.beginning(Self.reasonLimit) }
    }

    /// Takes a wish from an entry of a history; nil if nothing is known of one.
    ///
    /// - Parameters:
    ///   - username: The entry's `by`.
    ///   - reason: The entry's `reason`.
    public init?(readBy username: String?, reason: String?) {
        self.init(by: username, reason: reason)
        guard self.username != nil || self.reason != nil else { return nil }
    }

    /// A line for the job's log.
    public var sentence: String {
        "cancelled" + (username.map { " by \($0)" } ?? "") + (reason.map { ": \($0)" } ?? "")
    }
}

extension String {
    /// The text, cut off if it has more scalars than this.
    fileprivate func beginning(_ limit: Int) -> String {
        guard utf8.count > limit,
            let end = unicodeScalars.index(startIndex, offsetBy: limit, limitedBy: endIndex)
        else { return self }
        return String(self[..<end])
    }
}
