import Crypto
import JSON
import JobModel

/// What a store holds, in short: how many jobs and records, and SHA-256 over all and the settings.
public struct StoreCopyDigest: Hashable, Sendable, CustomStringConvertible {
    /// How many jobs.
    public private(set) var jobs = 0
    /// How many records of kept data.
    public private(set) var records = 0
    private var hash = SHA256()

    /// Adds the next job, in the order of ids.
    ///
    /// - Returns: The job's canonical document.
    @discardableResult
    mutating func add(_ job: Job) -> [UInt8] {
        let document = Self.canonical(job)
        jobs += 1
        append(document)
        return document
    }

    /// Adds the next record, in the order of kinds and ids.
    ///
    /// - Returns: The record's canonical document.
    @discardableResult
    mutating func add(_ record: DataRecord) -> [UInt8] {
        let document = Self.canonical(record)
        records += 1
        append(document)
        return document
    }

    /// Adds the next setting.
    mutating func add(_ setting: JSONValue?) {
        append(setting.map { $0.sorted.encoded } ?? [])
    }

    /// Lines, so that two documents never read like one.
    private mutating func append(_ bytes: [UInt8]) {
        hash.update(data: bytes)
        hash.update(data: [UInt8(ascii: "\n")])
    }

    /// A job's document as bytes that do not depend on what keeps it: members in the order of their names.
    static func canonical(_ job: Job) -> [UInt8] {
        JSONValue.object(job.document).sorted.encoded
    }

    /// A record's document as bytes that do not depend on what keeps it.
    static func canonical(_ record: DataRecord) -> [UInt8] {
        JSONValue.object(record.whole).sorted.encoded
    }

    /// The digest in hexadecimal digits.
    public var description: String {
        hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// Whether both counts and the digest are the same.
    public static func == (left: Self, right: Self) -> Bool {
        left.jobs == right.jobs && left.records == right.records
            && left.hash.finalize() == right.hash.finalize()
    }

    /// Feeds the count, which is enough.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(jobs)
    }
}

extension JSONValue {
    /// The value with every object's members in the order of their names.
    fileprivate var sorted: JSONValue {
        switch self {
        case .object(let members):
            .object(
                JSONObject(
                    uniqueKeysWithValues: members.sorted { $0.key < $1.key }
                        .map { ($0.key, $0.value.sorted) }
                )
            )
        case .array(let elements): .array(elements.map(\.sorted))
        default: self
        }
    }
}
