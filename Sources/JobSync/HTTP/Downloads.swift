import JSON
import Synchronization

/// The outputs and exports that are on their way to clients over HTTP.
///
/// Each holds a descriptor, which is of those that connections leave to jobs and the store, and a piece of the
/// file in memory; so there are only so many at a time. A long export is a file too, which has no name.
final class Downloads: Sendable {
    /// How many there may be at a time.
    static let most = 64
    /// How many of them may be one user's, so that who lets his stand leaves room for others.
    static let mostOfUser = 32

    private let counts = Mutex<[ExactText: Int]>([:])

    /// Takes a place.
    ///
    /// - Parameter user: The name of whose it is.
    /// - Returns: The place, which is free again when this is gone; nil if there is none.
    func begin(for user: String) -> Download? {
        let user = ExactText(user)
        return counts.withLock { counts in
            let own = counts[user, default: 0]
            guard own < Self.mostOfUser, counts.values.reduce(0, +) < Self.most else { return nil }
            counts[user] = own + 1
            return Download(user: user, among: self)
        }
    }

    fileprivate func end(for user: ExactText) {
        counts.withLock { counts in
            let rest = counts[user, default: 1] - 1
            counts[user] = rest > 0 ? rest : nil
        }
    }
}

/// The place of one file among those that are on their way.
final class Download: Sendable {
    private let user: ExactText
    private let downloads: Downloads

    fileprivate init(user: ExactText, among downloads: Downloads) {
        self.user = user
        self.downloads = downloads
    }

    deinit { downloads.end(for: user) }
}
