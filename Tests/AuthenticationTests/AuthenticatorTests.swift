import Authentication
import Foundation
import JobModel
import Synchronization
import TestSupport
import Testing

@Suite("Authenticator")
struct AuthenticatorTests {
    let folder: ScratchFolder
    var path: String { folder.path + "/access.json" }

    init() throws { folder = try ScratchFolder() }

    private func open(at microseconds: Int = 0) throws -> Authenticator {
        try Authenticator(path: path) { Timestamp(microseconds: microseconds) }
    }

    @Test("A token is known again after a restart, and only its hash is kept")
    func token() throws {
        let first = try open()
        #expect(!first.hasToken)
        let token = try first.replaceToken(username: "igboyes")
        #expect(first.identity(token: token)?.username == "igboyes")
        #expect(first.identity(token: token + "x") == nil)
        #expect(first.identity(token: "") == nil)

        let second = try open()
        #expect(second.hasToken)
        #expect(second.identity(token: token)?.permissions == Set(Permission.allCases))
        let content = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!content.contains(token.dropFirst(8)))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("A link opens one session, once; the session lasts over a restart")
    func link() async throws {
        let first = try open()
        _ = try first.replaceToken(username: "igboyes")
        let link = first.makeLink()
        let session = try #require(try await first.openSession(link: link))
        #expect(try await first.openSession(link: link) == nil)
        #expect(try await first.openSession(link: "guess") == nil)
        let second = try open()
        #expect(second.identity(session: session)?.username == "igboyes")
        #expect(second.identity(token: session) == nil)
        try await second.closeSession(session)
        #expect(second.identity(session: session) == nil)
        #expect(try open().identity(session: session) == nil)
    }

    @Test("A session ends after its lifetime")
    func expiry() async throws {
        let first = try open()
        let token = try first.replaceToken(username: "igboyes")
        let session = try #require(try await first.openSession(token: token))
        #expect(try open(at: 29 * 86_400_000_000).identity(session: session) != nil)
        #expect(try open(at: 31 * 86_400_000_000).identity(session: session) == nil)
        #expect(try await first.openSession(token: "guess") == nil)
    }

    @Test("A new token replaces the old one and ends sessions")
    func replacement() async throws {
        let authenticator = try open()
        let old = try authenticator.replaceToken(username: "igboyes")
        let session = try #require(try await authenticator.openSession(token: old))
        let new = try authenticator.replaceToken(username: "igboyes")
        #expect(authenticator.identity(token: old) == nil)
        #expect(authenticator.identity(session: session) == nil)
        #expect(authenticator.identity(token: new) != nil)
    }

    @Test("A file that is not ours is refused and left as it is", arguments: ["{", "[]", "{}"])
    func foreignFile(content: String) throws {
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: AuthenticatorError.self) { try open() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    }

    @Test("A damaged session is over, and nothing else")
    func damagedSession() async throws {
        let first = try open()
        let token = try first.replaceToken(username: "igboyes")
        let damaged = try #require(try await first.openSession(token: token))
        let whole = try #require(try await first.openSession(token: token))
        var content = try String(contentsOfFile: path, encoding: .utf8)
        let place = try #require(content.range(of: "\"expires\":\"19"))
        content.replaceSubrange(place, with: "\"expires\":\"x9")
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        let second = try open()
        #expect(second.identity(token: token) != nil)
        #expect(second.identity(session: damaged) == nil)
        #expect(second.identity(session: whole) != nil)
    }

    @Test("Of too many sessions the oldest go")
    func manySessions() async throws {
        let first = try open()
        let token = try first.replaceToken(username: "igboyes")
        let oldest = try #require(try await first.openSession(token: token))
        let kept = try #require(try await first.openSession(token: token))
        var content = try String(contentsOfFile: path, encoding: .utf8)
        let end = try #require(content.range(of: "]", options: .backwards))
        let more = String(
            repeating: #",{"hash":"0","username":"igboyes","expires":"2100-01-01T00:00:00Z"}"#,
            count: 998
        )
        content.insert(contentsOf: more, at: end.lowerBound)
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        let second = try open()
        #expect(second.identity(session: oldest) != nil)
        let newest = try #require(try await second.openSession(token: token))
        #expect(second.identity(session: oldest) == nil)
        #expect(second.identity(session: kept) != nil)
        #expect(second.identity(session: newest) != nil)
    }
}
