public import JSON

/// Why a job that was started waits again; stands in the entry of the history with which it does.
public struct JobRestart: Hashable, Sendable {
    /// What ended the attempt; nil if the job could not be started, which is no attempt.
    ///
    /// Then the server or its machine lacked something.
    public var cause: JobError.Cause?
    /// What happened, in a sentence for people.
    public var message: String
    /// Which attempt it was, counted from 1.
    public var attempt: Int
    /// How often in a row the job was to be started and could not be; 1 for an attempt that began.
    public var times: Int
    /// The server on whose machine it was.
    public var server: String?

    /// Describes what came of a start.
    ///
    /// - Parameters:
    ///   - cause: What ended the attempt; nil if it did not begin.
    ///   - message: What happened, in a sentence for people.
    ///   - attempt: Which attempt it was, counted from 1.
    ///   - times: How often in a row the job could not be started.
    ///   - server: The server on whose machine it was.
    public init(
        cause: JobError.Cause?,
        message: String,
        attempt: Int,
        times: Int = 1,
        server: String? = nil
    ) {
        self.cause = cause
        self.message = message
        self.attempt = attempt
        self.times = times
        self.server = server
    }
}

// MARK: - Jobs

extension Job {
    /// Which attempt at the job this is, counted from 1.
    ///
    /// Entries of older programs, which do not say why a job waits again, count as well.
    public var attempt: Int {
        status.dropFirst().reduce(1) { count, entry in
            let isAttempt = entry.restart.map { $0.cause != nil } ?? true
            return entry.state == .waiting && isAttempt ? count + 1 : count
        }
    }

    /// When a job that waits after a failed attempt may start again; nil if it may at any time.
    public var restsUntil: Timestamp? {
        guard state == .waiting, let restart = current.restart, restart.cause != nil else {
            return nil
        }
        return current.date + Self.rest(after: restart.attempt)
    }

    /// How long a job rests after an attempt: one second after the first, twice as long after each further
    /// one, and never more than an hour.
    ///
    /// - Parameter attempt: Which attempt failed, counted from 1.
    /// - Returns: The time until the next one.
    public static func rest(after attempt: Int) -> Duration {
        .seconds(min(1 << min(max(attempt - 1, 0), 12), 3600))
    }
}

// MARK: - Documents

extension JobRestart {
    /// What stands for a cause that is not the job's.
    private static let serverCause = "server"

    /// The reason as it stands in the job's document.
    public var document: JSONObject {
        var document: JSONObject = [
            "cause": .string(cause?.rawValue ?? Self.serverCause), "message": .string(message),
            "attempt": .integer(attempt), "times": .integer(times),
        ]
        document["server"] = server.map { .string($0) }
        return document
    }

    /// Reads a reason; nil if it is none.
    ///
    /// - Parameter document: An object with `cause`, `message` and `attempt`.
    public init?(document: JSONValue) {
        guard let cause = document["cause"]?.stringValue,
            let message = document["message"]?.stringValue,
            let attempt = document["attempt"]?.integerValue, attempt > 0
        else { return nil }
        self.init(
            // A cause that this version does not know was an attempt nevertheless.
            cause: cause == Self.serverCause ? nil : JobError.Cause(rawValue: cause) ?? .lost,
            message: message,
            attempt: attempt,
            times: max(document["times"]?.integerValue ?? 1, 1),
            server: document["server"]?.stringValue
        )
    }
}
