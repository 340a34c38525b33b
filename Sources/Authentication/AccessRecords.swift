import JSON
import JobModel

/// What is kept on disk of tokens and of browsers' sessions: never a secret, only hashes.
struct AccessRecords: Hashable {
    struct Token: Hashable {
        let hash: String
        let username: String
    }

    struct Session: Hashable {
        let hash: String
        let username: String
        let expires: Timestamp
    }

    /// So many browsers can be logged in at a time.
    private static let mostSessions = 1_000

    var tokens: [Token] = []
    var sessions: [Session] = []

    init() {}

    /// Takes in a session; those that are over go, and of too many the oldest.
    mutating func add(_ session: Session, now: Timestamp) {
        sessions.removeAll { $0.expires <= now }
        sessions.append(session)
        sessions.removeFirst(max(0, sessions.count - Self.mostSessions))
    }

    /// Reads the file's content; nil if it is not ours, or a token in it is damaged.
    ///
    /// A session that is damaged is over: whoever had it logs in again.
    init?(document: JSONValue) {
        guard document["format"] == "jobsync-access/1",
            let tokens = document["tokens"]?.arrayValue,
            let sessions = document["sessions"]?.arrayValue
        else { return nil }
        for token in tokens {
            guard let hash = token["hash"]?.stringValue,
                let username = token["username"]?.stringValue
            else { return nil }
            self.tokens.append(Token(hash: hash, username: username))
        }
        for session in sessions {
            guard let hash = session["hash"]?.stringValue,
                let username = session["username"]?.stringValue,
                let expires = session["expires"]?.stringValue.flatMap({ Timestamp($0) })
            else { continue }
            self.sessions.append(Session(hash: hash, username: username, expires: expires))
        }
    }

    var document: JSONValue {
        [
            "format": "jobsync-access/1",
            "tokens": .array(
                tokens.map { ["hash": .string($0.hash), "username": .string($0.username)] }
            ),
            "sessions": .array(
                sessions.map {
                    [
                        "hash": .string($0.hash), "username": .string($0.username),
                        "expires": .string($0.expires.description),
                    ]
                }
            ),
        ]
    }
}
