import JSON
import JobModel

/// What is called differently in a replay than in the recording.
struct IdentityMap: Sendable {
    /// Stands behind ids that callers chose, so that copies and runs do not meet.
    let suffix: String
    private var ids: [String: String] = [:]
    private var epochs: [String: String] = [:]
    /// Positions in the history, in the recorded order.
    private var positions: [(recorded: Int, replayed: Int)] = []
    /// Where pages of found jobs went on.
    private var marks: [String: String] = [:]

    /// Makes a map that knows no jobs yet.
    ///
    /// - Parameters:
    ///   - suffix: Stands behind ids that callers chose; of letters, digits and hyphens.
    ///   - epoch: The recorded history.
    ///   - replayed: The history of the server, and where it stands.
    init(suffix: String, epoch: String, replayed: (epoch: String, seq: Int)) {
        self.suffix = suffix
        epochs[epoch] = replayed.epoch
        positions = [(0, replayed.seq)]
    }

    /// The replay's id for a recorded one, if it is known.
    subscript(id: String) -> String? { ids[id] }

    /// Learns from an answer what the replay calls by other names.
    ///
    /// - Parameters:
    ///   - method: What was called.
    ///   - recorded: The recorded result.
    ///   - replayed: The replay's.
    mutating func learn(_ method: String, recorded: JSONValue, replayed: JSONValue) {
        if method == "jobs.new", let id = recorded["_id"]?.stringValue {
            ids[id] = replayed["_id"]?.stringValue
        }
        if method == "jobs.find", let mark = recorded["after"]?.stringValue {
            marks[mark] = replayed["after"]?.stringValue
        }
        if method == "jobs.subscribe", let epoch = recorded["epoch"]?.stringValue {
            epochs[epoch] = replayed["epoch"]?.stringValue
        }
        if let old = recorded["seq"]?.countValue, let new = replayed["seq"]?.countValue {
            let place = positions.lastIndex { $0.recorded <= old }.map { $0 + 1 } ?? 0
            positions.insert((old, new), at: place)
        }
    }

    /// A call's params as the replay sends them.
    ///
    /// - Parameters:
    ///   - params: The recorded ones.
    ///   - method: What is called.
    /// - Returns: The same with the names of the replay; what is not known stays as it is.
    func mapped(_ params: JSONObject, of method: String) -> JSONObject {
        var params = params
        if method == "jobs.new" {
            // Checked by its form, for a bad one is to be refused again.
            if let id = params["job_id"]?.stringValue.flatMap({ JobID($0) }) {
                params["job_id"] = .string(chosen(id.rawValue))
            }
            return params
        }
        if let id = params["_id"] { params["_id"] = mapped(ids: id) }
        if var filter = params["filter"]?.objectValue, let id = filter["_id"] {
            filter["_id"] = mapped(ids: id)
            params["filter"] = .object(filter)
        }
        if let manifest = params["manifest"]?.objectValue {
            var mapped: JSONObject = [:]
            for (id, version) in manifest { mapped[ids[id] ?? id] = version }
            params["manifest"] = .object(mapped)
        }
        if var resume = params["resume"]?.objectValue,
            let epoch = resume["epoch"]?.stringValue.flatMap({ epochs[$0] })
        {
            resume["epoch"] = .string(epoch)
            resume["seq"] = resume["seq"]?.countValue.map { .integer(position($0)) }
            params["resume"] = .object(resume)
        }
        if let mark = params["after"]?.stringValue, let mapped = marks[mark] {
            params["after"] = .string(mapped)
        }
        return params
    }

    private func mapped(ids value: JSONValue) -> JSONValue {
        switch value {
        case .string(let id): .string(ids[id] ?? id)
        case .array(let elements): .array(elements.map(mapped(ids:)))
        default: value
        }
    }

    /// The last position of the replay that a client with a recorded one had surely reached.
    private func position(_ recorded: Int) -> Int {
        positions.last { $0.recorded <= recorded }?.replayed ?? 0
    }

    /// What the replay chooses where a recorded caller chose an id.
    func chosen(_ id: String) -> String {
        let whole = id + suffix
        guard JobID(whole) == nil else { return whole }
        // Too long: what is cut off must still tell ids apart (FNV-1a).
        let hash = id.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        let tail = "-" + String(hash, radix: 36) + suffix
        return String(id.prefix(max(1, 64 - tail.utf8.count))) + tail
    }
}
