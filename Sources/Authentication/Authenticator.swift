import Foundation
import JSON
public import JobModel
import Synchronization
import SystemPackage
import Threads

/// Why the file of tokens cannot be used.
public enum AuthenticatorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file is there but is not ours, or is damaged.
    case unreadable(path: String, reason: String)
    /// The file cannot be written.
    case unwritable(path: String, reason: String)

    /// A sentence for people.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): not a file of tokens: \(reason)"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        }
    }
}

/// Knows who callers are, by a token, a browser's session or a one-time link.
///
/// Only hashes are kept. Safe to be asked from any thread; it answers from
/// memory, and writes its file, away from the caller's thread, when a session
/// is made or ends.
public final class Authenticator: Sendable {
    /// How long a browser stays logged in.
    public static let sessionLifetime = Duration.seconds(30 * 24 * 3600)

    private struct State {
        var records: AccessRecords
        /// Hashes of links that were printed and not used.
        var links: Set<String> = []
    }

    private let path: String
    private let now: @Sendable () -> Timestamp
    private let state: Mutex<State>
    /// Held while the file is written, so that nobody writes what is out of date.
    private let writing = Mutex(())
    private let files = BlockingPool(threads: 1, name: "access")

    /// Opens the file of tokens; there may be none yet.
    ///
    /// - Parameters:
    ///   - path: The file, readable by its owner alone.
    ///   - now: The time.
    /// - Throws: `unreadable` if the file is not ours; it is left as it is.
    public init(
        path: String,
        now: @escaping @Sendable () -> Timestamp
    ) throws(AuthenticatorError) {
        self.path = path
        self.now = now
        state = Mutex(State(records: try Self.read(path)))
    }

    /// Whether a token was ever made.
    public var hasToken: Bool { state.withLock { !$0.records.tokens.isEmpty } }

    /// Makes a token in the place of all others, and ends all sessions.
    ///
    /// - Parameter username: Whose token it is.
    /// - Returns: The token, which nobody can be told again.
    /// - Throws: `unwritable`; then nothing has changed.
    public func replaceToken(username: String) throws(AuthenticatorError) -> String {
        let token = "jobsync_" + Secret.make()
        var records = AccessRecords()
        records.tokens = [AccessRecords.Token(hash: Secret.hash(token), username: username)]
        try change { $0 = records }
        return token
    }

    /// Who a token belongs to.
    ///
    /// - Parameter token: What the caller shows.
    /// - Returns: The caller, or nil if the token is wrong.
    public func identity(token: String) -> Identity? {
        let hash = Secret.hash(token)
        return state.withLock { state in
            state.records.tokens.first { $0.hash == hash }.map { Self.identity($0.username) }
        }
    }

    private static func identity(_ username: String) -> Identity {
        Identity(username: username, permissions: Set(Permission.allCases))
    }
}

// MARK: - Sessions and links

extension Authenticator {
    /// Who a browser's session belongs to.
    ///
    /// - Parameter session: The cookie's value.
    /// - Returns: The caller, or nil if the session is unknown or over.
    public func identity(session: String) -> Identity? {
        let hash = Secret.hash(session)
        let now = now()
        return state.withLock { state in
            state.records.sessions.first { $0.hash == hash && $0.expires > now }
                .map { Self.identity($0.username) }
        }
    }

    /// Makes a secret that opens one session, once.
    ///
    /// - Returns: What stands in the link.
    public func makeLink() -> String {
        let link = Secret.make()
        _ = state.withLock { $0.links.insert(Secret.hash(link)) }
        return link
    }

    /// Opens a session for whoever has a link that was not used.
    ///
    /// - Parameter link: What stood in the link.
    /// - Returns: The cookie's value, or nil if the link is wrong or used.
    /// - Throws: `unwritable`; then the link can be used again.
    public func openSession(link: String) async throws(AuthenticatorError) -> String? {
        let hash = Secret.hash(link)
        let username = state.withLock { state in
            state.links.remove(hash) == nil ? nil : state.records.tokens.first?.username
        }
        guard let username else { return nil }
        do throws(AuthenticatorError) {
            return try await openSession(username: username)
        } catch {
            _ = state.withLock { $0.links.insert(hash) }
            throw error
        }
    }

    /// Opens a session for whoever has a token.
    ///
    /// - Parameter token: What the caller shows.
    /// - Returns: The cookie's value, or nil if the token is wrong.
    /// - Throws: `unwritable`.
    public func openSession(token: String) async throws(AuthenticatorError) -> String? {
        guard let identity = identity(token: token) else { return nil }
        return try await openSession(username: identity.username)
    }

    /// Ends a session.
    ///
    /// - Parameter session: The cookie's value.
    /// - Throws: `unwritable`; the session is over all the same until the server ends.
    public func closeSession(_ session: String) async throws(AuthenticatorError) {
        let hash = Secret.hash(session)
        let isKnown = state.withLock { state in
            let count = state.records.sessions.count
            state.records.sessions.removeAll { $0.hash == hash }
            return state.records.sessions.count < count
        }
        guard isKnown else { return }
        try await save { $0.sessions.removeAll { $0.hash == hash } }
    }

    private func openSession(username: String) async throws(AuthenticatorError) -> String {
        let session = Secret.make()
        let now = now()
        let record = AccessRecords.Session(
            hash: Secret.hash(session),
            username: username,
            expires: now + Self.sessionLifetime
        )
        try await save { $0.add(record, now: now) }
        return session
    }
}

// MARK: - The file

extension Authenticator {
    /// Changes what is kept, away from the caller's thread: a file system may hang.
    private func save(
        _ edit: @escaping @Sendable (inout AccessRecords) -> Void
    ) async throws(AuthenticatorError) {
        let outcome = await files.run(in: path) { [self] in
            Result { () throws(AuthenticatorError) in try change(edit) }
        }
        guard let outcome else {
            throw .unwritable(path: path, reason: "the file system does not answer")
        }
        try outcome.get()
    }

    /// Changes what is kept, on disk and then in memory.
    private func change(_ edit: (inout AccessRecords) -> Void) throws(AuthenticatorError) {
        let outcome = writing.withLock { _ in
            Result { () throws(AuthenticatorError) in
                var records = state.withLock { $0.records }
                edit(&records)
                try Self.write(records, to: path)
                state.withLock { state in edit(&state.records) }
            }
        }
        try outcome.get()
    }

    private static func read(_ path: String) throws(AuthenticatorError) -> AccessRecords {
        guard let content = try content(of: path) else { return AccessRecords() }
        let document: JSONValue
        do throws(JSONParseError) {
            document = try JSONValue(parsing: content)
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
        guard let records = AccessRecords(document: document) else {
            throw .unreadable(path: path, reason: "its members are not those of such a file")
        }
        return records
    }

    /// What is in the file; nil if there is none.
    private static func content(of path: String) throws(AuthenticatorError) -> [UInt8]? {
        do {
            // Looked at once it is open, for anything may be put in its place until then. A pipe there holds up
            // nobody who does not wait for its other end.
            let file = try FileDescriptor.open(
                FilePath(path),
                .readOnly,
                options: [.closeOnExec, .nonBlocking]
            )
            defer { try? file.close() }
            guard try file.stat().type == .regular else {
                throw AuthenticatorError.unreadable(path: path, reason: "it is no regular file")
            }
            return try FileHandle(fileDescriptor: file.rawValue, closeOnDealloc: false).readToEnd()
                .map { [UInt8]($0) } ?? []
        } catch let error as AuthenticatorError {
            throw error
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw .unreadable(path: path, reason: "it cannot be read: \(error)")
        }
    }

    /// Writes beside the file and renames, so that there is always a whole one, also after a
    /// loss of power.
    private static func write(
        _ records: AccessRecords,
        to path: String
    ) throws(AuthenticatorError) {
        do {
            let file = URL(fileURLWithPath: path)
            try Data(records.document.encoded).write(to: file, options: .atomic)
            try FileManager.default
                .setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            // A token that was shown must be good afterwards, and a session that was closed must not.
            for place in [path, file.deletingLastPathComponent().path] {
                let place = try FileDescriptor.open(
                    FilePath(place),
                    .readOnly,
                    options: [.closeOnExec, .nonBlocking]
                )
                try place.closeAfter {
                    try FileHandle(fileDescriptor: place.rawValue, closeOnDealloc: false)
                        .synchronize()
                }
            }
        } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
