import Mongo

/// A fault that a server commits on purpose: its `failCommand` failpoint.
///
/// A server has one only, so tests take turns; and it meets only those who call themselves by the
/// right name.
public struct Failpoint: Sendable {
    private let data: BSONDocument
    private let mode: BSONValue

    /// The server closes the connection in place of an answer.
    ///
    /// - Parameters:
    ///   - commands: Which commands, as `insert`, `commitTransaction` or `getMore`.
    ///   - times: How often.
    /// - Returns: The fault.
    public static func closeConnection(on commands: [String], times: Int = 1) -> Failpoint {
        Failpoint(commands, times: times, ["closeConnection": true])
    }

    /// The server answers with an error, and does nothing.
    ///
    /// - Parameters:
    ///   - code: The server's number of the error.
    ///   - labels: What is said of how to go on; nil for what the server would say.
    ///   - commands: Which commands.
    ///   - times: How often.
    /// - Returns: The fault.
    public static func error(
        _ code: Int,
        labels: [String]? = nil,
        on commands: [String],
        times: Int = 1
    ) -> Failpoint {
        Failpoint(
            commands,
            times: times,
            BSONDocument { writer in
                writer.append(code, for: "errorCode")
                if let labels {
                    writer.append(.array(labels.map { .string($0) }), for: "errorLabels")
                }
            }
        )
    }

    /// The server does what is asked, and says that it is not as durable as was asked for.
    ///
    /// - Parameters:
    ///   - code: The server's number of the error, as 64.
    ///   - commands: Which commands.
    ///   - times: How often.
    /// - Returns: The fault.
    public static func writeConcernError(
        _ code: Int,
        on commands: [String],
        times: Int = 1
    ) -> Failpoint {
        let error: BSONDocument = ["code": .integer(code), "errmsg": "on purpose"]
        return Failpoint(commands, times: times, ["writeConcernError": .document(error)])
    }

    /// The server waits, and then does what is asked.
    ///
    /// - Parameters:
    ///   - milliseconds: For how long.
    ///   - commands: Which commands.
    ///   - times: How often.
    /// - Returns: The fault.
    public static func block(
        milliseconds: Int,
        on commands: [String],
        times: Int = 1
    ) -> Failpoint {
        Failpoint(
            commands,
            times: times,
            ["blockConnection": true, "blockTimeMS": .integer(milliseconds)]
        )
    }

    private init(_ commands: [String], times: Int, _ data: BSONDocument) {
        self.data = BSONDocument { writer in
            writer.append(.array(commands.map { .string($0) }), for: "failCommands")
            for (key, value) in data {
                writer.append(value, for: key)
            }
        }
        mode = ["times": .integer(times)]
    }

    /// Commits the fault while a body runs, or until it has been committed often enough.
    ///
    /// - Parameters:
    ///   - appName: Whom it meets: what a pool calls itself, as ``TestDatabase/name``.
    ///   - uri: The server; the one that all tests share if nil.
    ///   - body: What is to survive it.
    /// - Returns: What the body returned.
    /// - Throws: What the body threw, or that the server has no failpoints.
    public func hit<Value: Sendable>(
        _ appName: String,
        at uri: String? = nil,
        during body: () async throws -> Value
    ) async throws -> Value {
        await Self.turns.take()
        let result: Result<Value, any Error>
        do {
            let pool = try MongoPool(
                MongoURI(uri ?? ReplicaSet.sharedURI ?? ""),
                width: 1,
                appName: "failpoints"
            )
            try await set(mode, appName: appName, pool)
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            try await set("off", appName: appName, pool)
            // Nobody need wait for its threads, which take half a second.
            Task { await pool.close() }
        } catch {
            await Self.turns.give()
            throw error
        }
        await Self.turns.give()
        return try result.get()
    }

    private func set(_ mode: BSONValue, appName: String, _ pool: MongoPool) async throws {
        let data = BSONDocument { writer in
            for (key, value) in self.data {
                writer.append(value, for: key)
            }
            writer.append(appName, for: "appName")
        }
        let command: BSONDocument = [
            "configureFailPoint": "failCommand", "mode": mode, "data": .document(data),
        ]
        try await pool.run { (client) throws(MongoError) in
            try client.command(command, database: "admin")
        }
    }

    private static let turns = Turns()
}

/// One at a time, in the order in which they came.
private actor Turns {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func give() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
