import Foundation
import Synchronization

/// A MongoDB replica set of a test's own on loopback.
///
/// It is gone when this is let go of, and also when the test process dies: the script that
/// keeps it lives as long as its standard input is open.
public final class ReplicaSet: Sendable {
    /// One mongod of the set.
    public struct Node: Hashable, Sendable, Decodable {
        /// Where it listens on 127.0.0.1; the same when it is started anew.
        public let port: Int
        /// Its process.
        public let pid: Int32
    }

    /// Why a set could not be had.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    /// Names every node, and the set.
    public let uri: String
    private let script: Script
    private let state: Mutex<[Node]>

    private init(script: Script) throws {
        struct Announcement: Decodable {
            let uri: String
            let nodes: [Node]
        }
        let announcement = try script.answer(Announcement.self)
        self.script = script
        uri = announcement.uri
        state = Mutex(announcement.nodes)
    }

    /// Starts a set, and waits until it has a primary.
    ///
    /// - Parameters:
    ///   - nodes: How many mongods.
    ///   - electionTimeout: How long a primary may be silent before another one is elected.
    ///   - oplogMegabytes: How much history a node keeps at least; 5 for one that can be overwritten.
    ///   - isSecure: Whether it wants TLS and a login; ``uri`` is then a user's of the database `lab`.
    /// - Returns: The set, with failpoints enabled.
    /// - Throws: ``Failure`` if there is no mongod, or it does not start.
    public static func start(
        nodes: Int,
        electionTimeout: Duration = .seconds(2),
        oplogMegabytes: Int = 200,
        isSecure: Bool = false
    ) async throws -> ReplicaSet {
        let options =
            [
                "--nodes", "\(nodes)", "--election-timeout",
                "\(Int(electionTimeout / .milliseconds(1)))",
                "--oplog", "\(oplogMegabytes)", "--syncdelay", oplogMegabytes < 100 ? "1" : "60",
            ] + (isSecure ? ["--secure"] : [])
        return try await onThread { try ReplicaSet(script: Script(options: options)) }
    }

    /// The nodes as they run now, in the order of the URI.
    public var nodes: [Node] { state.withLock { $0 } }

    /// Sends a signal to a node: SIGKILL for its death, SIGSTOP and SIGCONT for a pause.
    ///
    /// - Parameters:
    ///   - node: The node's place in ``nodes``.
    ///   - signal: The signal.
    public func signal(_ node: Int, _ signal: Int32) {
        kill(nodes[node].pid, signal)
    }

    /// Starts a node anew that was killed, on its old port with its old data.
    ///
    /// - Parameter node: The node's place in ``nodes``.
    /// - Throws: ``Failure`` if it does not start.
    public func restart(_ node: Int) async throws {
        let restarted = try await ask("start \(node)", for: Node.self)
        state.withLock { $0[node] = restarted }
    }

    /// Looks for the node that is the primary at the moment.
    ///
    /// - Returns: The node's place in ``nodes``.
    /// - Throws: ``Failure`` if there is no primary.
    public func primary() async throws -> Int {
        struct Answer: Decodable {
            let node: Int
        }
        return try await ask("primary", for: Answer.self).node
    }

    /// Writes to another database until the set remembers nothing of what was before.
    ///
    /// - Throws: ``Failure`` if there is no primary.
    public func overwriteHistory() async throws {
        struct Answer: Decodable {
            let overwritten: Bool
        }
        _ = try await ask("overwrite", for: Answer.self)
    }

    /// Has every node ended and everything of the set removed; it need not be waited for.
    public func stop() {
        script.end()
    }

    private func ask<Answer: Decodable & Sendable>(
        _ request: String,
        for type: Answer.Type
    ) async throws -> Answer {
        try await Self.onThread { [script] in
            try script.tell(request)
            return try script.answer(type)
        }
    }

    /// Blocks no thread of the tests' pool.
    private static func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
        }
    }
}

extension ReplicaSet {
    /// Whether tests can have ``sharedURI``.
    public static let isAvailable = environmentURI != nil || canStart

    /// Whether tests can start sets of their own: there is a mongod.
    public static let canStart: Bool = mongod != nil

    /// Where the mongod is that sets are made of.
    public static let mongod: String? = {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["JOBSYNC_MONGOD"]
        let onPath = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/mongod" }
        return ([named ?? "", checkout.appending(path: ".mongod/mongod").path] + onPath).first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    /// A one-node set with failpoints, for all tests of this process; nil without mongod.
    ///
    /// It is that of `scripts/test`, which passes `JOBSYNC_TEST_MONGO` on, and otherwise started
    /// by the first who asks. Each test uses a database of its own in it.
    public static let sharedURI: String? = environmentURI ?? ownShared?.uri

    private static let environmentURI = ProcessInfo.processInfo.environment["JOBSYNC_TEST_MONGO"]

    private static let ownShared: ReplicaSet? =
        canStart ? try? ReplicaSet(script: Script(options: [])) : nil

    fileprivate static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

/// `scripts/replica-set` as it runs; its calls block.
private final class Script: Sendable {
    private let input: FileHandle
    private let output: Mutex<Output>

    private struct Output {
        let file: FileHandle
        var unread = Data()

        mutating func line() throws -> Data {
            while true {
                if let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { unread = Data(unread[(newline + 1)...]) }
                    return unread[..<newline]
                }
                let more = file.availableData
                if more.isEmpty {
                    throw ReplicaSet.Failure(description: "scripts/replica-set ended")
                }
                unread.append(more)
            }
        }
    }

    init(options: [String]) throws {
        let process = Process()
        process.executableURL = ReplicaSet.checkout.appending(path: "scripts/replica-set")
        process.arguments = ["--test-commands"] + options
        let (toScript, fromScript) = (Pipe(), Pipe())
        process.standardInput = toScript
        process.standardOutput = fromScript
        try process.run()
        input = toScript.fileHandleForWriting
        output = Mutex(Output(file: fromScript.fileHandleForReading))
    }

    deinit {
        try? input.close()
    }

    func tell(_ line: String) throws {
        try input.write(contentsOf: Data((line + "\n").utf8))
    }

    func answer<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let line = try output.withLock { try $0.line() }
        do {
            return try JSONDecoder().decode(type, from: line)
        } catch {
            // Whatever it says instead of what was asked for is an error.
            throw ReplicaSet.Failure(description: String(decoding: line, as: UTF8.self))
        }
    }

    func end() {
        try? input.close()
    }
}
