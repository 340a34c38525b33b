import Synchronization

/// The passwords of this process, which no message and no line of a log may show.
///
/// libmongoc is careful with them itself; this is the second lock on the door.
enum Secrets {
    private static let known = Mutex<Set<String>>([])

    /// Remembers a password for good.
    static func add(_ secret: String) {
        guard !secret.isEmpty else { return }
        known.withLock { _ = $0.insert(secret) }
    }

    /// A text with every password in it blackened.
    static func hidden(in text: String) -> String {
        known.withLock { known in
            var text = text
            // Longer ones first: one may be a part of another.
            for secret in known.sorted(by: { $0.utf8.count > $1.utf8.count }) {
                text = text.replacing(secret, with: "***")
            }
            return text
        }
    }
}
