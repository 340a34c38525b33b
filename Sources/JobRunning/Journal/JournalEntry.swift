package import JSON
package import JobModel

/// Something that a worker writes down about its job.
package enum JournalEntry: Hashable, Sendable {
    /// The worker lives; these name its process for as long as the machine runs.
    case started(ProcessIdentity)
    /// A stage began; `number` counts from 1.
    case stage(name: String, number: Int, of: Int)
    /// A part of a stage is done, from 0 to 1.
    case progress(stage: Int, fraction: Double)
    /// What the task made.
    case result(JSONValue)
    /// What the task is about to put into its place in the data folder.
    case kept(DataRecord)
    /// The worker waits for what the machine lacks to keep what the job makes; nil when that is over.
    case waiting(String?)
    /// The worker lacked something to begin with the job, and has left it as it was; nothing follows.
    case notStarted(String)
    /// The job ended; nothing follows.
    case end(JournalEnd)
}

/// How a job ended, as its journal says.
package struct JournalEnd: Hashable, Sendable {
    package let state: JobState
    package let error: JobError?
    package let usage: ResourceUsage?
    /// Whether it was ended from outside and by nobody's order.
    package let isInterrupted: Bool

    package init(
        state: JobState,
        error: JobError? = nil,
        usage: ResourceUsage? = nil,
        isInterrupted: Bool = false
    ) {
        self.state = state
        self.error = error
        self.usage = usage
        self.isInterrupted = isInterrupted
    }

    /// The end in so few words that they fit a line: the newest lines of the log, the beginning of the message.
    var shortened: JournalEnd {
        guard let error else { return self }
        let budget = 16 << 10
        var size = 0
        let log = error.log.reversed().prefix { line in
            // A byte that must be escaped takes six.
            size += line.utf8.count * 6
            return size <= 2 * budget
        }
        let message = String(decoding: error.message.utf8.prefix(budget / 6), as: UTF8.self)
        return JournalEnd(
            state: state,
            error: JobError(cause: error.cause, message: message, log: log.reversed()),
            usage: usage,
            isInterrupted: isInterrupted
        )
    }
}

/// A process, told apart from any other that had or will have its number.
package struct ProcessIdentity: Hashable, Sendable {
    package let pid: Int32
    /// When it started, in clock ticks since the machine did.
    package let startTime: Int
    /// The machine's name for the time since it started.
    package let bootID: String

    package init(pid: Int32, startTime: Int, bootID: String) {
        self.pid = pid
        self.startTime = startTime
        self.bootID = bootID
    }
}

// MARK: - JSON

extension JournalEntry {
    /// The entry as a line of JSON without its line end.
    package func line(at date: Timestamp) -> JSONObject {
        var line: JSONObject = ["t": .string(date.description)]
        switch self {
        case .started(let process):
            line["event"] = "started"
            line["pid"] = .integer(Int(process.pid))
            line["start_time"] = .integer(process.startTime)
            line["boot_id"] = .string(process.bootID)
        case .stage(let name, let number, let count):
            line["event"] = "stage"
            line["name"] = .string(name)
            line["number"] = .integer(number)
            line["of"] = .integer(count)
        case .progress(let stage, let fraction):
            line["event"] = "progress"
            line["stage"] = .integer(stage)
            line["fraction"] = .number(fraction)
        case .result(let value):
            line["event"] = "result"
            line["value"] = value
        case .kept(let record):
            line["event"] = "kept"
            line["record"] = .object(record.whole)
        case .waiting(let lack):
            line["event"] = "waiting"
            line["lack"] = lack.map { .string($0) }
        case .notStarted(let message):
            line["event"] = "not_started"
            line["message"] = .string(message)
        case .end(let end):
            line["event"] = "end"
            line["state"] = .string(end.state.rawValue)
            line["cause"] = end.error.map { .string($0.cause.rawValue) }
            line["message"] = end.error.map { .string($0.message) }
            line["log"] = end.error.map { .array($0.log.map { .string($0) }) }
            line["cpu_seconds"] = end.usage.map { .number($0.cpuSeconds) }
            line["peak_memory"] = end.usage?.peakMemory.map { .integer($0) }
            if end.isInterrupted { line["interrupted"] = true }
        }
        return line
    }

    /// Reads a line; nil if it is none that this version knows.
    package init?(line: JSONValue) {
        switch line["event"]?.stringValue {
        case "started":
            guard let pid = line["pid"]?.integerValue.flatMap(Int32.init(exactly:)), pid > 0,
                let startTime = line["start_time"]?.integerValue, startTime >= 0,
                let bootID = line["boot_id"]?.stringValue
            else { return nil }
            self = .started(ProcessIdentity(pid: pid, startTime: startTime, bootID: bootID))
        case "stage":
            guard let name = line["name"]?.stringValue,
                let count = line["of"]?.countValue,
                let number = line["number"]?.countValue, (1...max(1, count)).contains(number)
            else { return nil }
            self = .stage(name: name, number: number, of: count)
        case "progress":
            guard let stage = line["stage"]?.countValue,
                let fraction = line["fraction"]?.numberValue, (0...1).contains(fraction)
            else { return nil }
            self = .progress(stage: stage, fraction: fraction)
        case "result":
            guard let value = line["value"] else { return nil }
            self = .result(value)
        case "kept":
            guard let record = line["record"].flatMap(DataRecord.init(whole:)) else { return nil }
            self = .kept(record)
        case "waiting":
            guard line["lack"] == nil || line["lack"]?.stringValue != nil else { return nil }
            self = .waiting(line["lack"]?.stringValue)
        case "not_started":
            guard let message = line["message"]?.stringValue else { return nil }
            self = .notStarted(message)
        case "end":
            guard let end = JournalEnd(line: line) else { return nil }
            self = .end(end)
        default:
            return nil
        }
    }
}

extension JournalEnd {
    fileprivate init?(line: JSONValue) {
        guard let state = line["state"]?.stringValue.flatMap(JobState.init), state.isFinal else {
            return nil
        }
        self.init(
            state: state,
            error: line["message"]?.stringValue.map { message in
                JobError(
                    cause: line["cause"]?.stringValue.flatMap(JobError.Cause.init) ?? .task,
                    message: message,
                    log: line["log"]?.arrayValue?.compactMap(\.stringValue) ?? []
                )
            },
            usage: ResourceUsage(document: line),
            isInterrupted: line["interrupted"]?.boolValue ?? false
        )
    }
}
