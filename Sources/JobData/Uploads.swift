import JSON
import JobModel

/// The uploads that are under way; with too many of them the one that was silent longest goes.
struct Uploads {
    /// How many bytes one may have.
    static let limit = 1 << 30
    static let limitWords = "1 GiB"
    private static let count = 16

    private struct Upload {
        let key: DataKey
        let username: String
        var name: String?
        var size = 0
        var turn: Int
    }

    private var uploads: [String: Upload] = [:]
    private var forgotten: [String] = []
    private var turn = 0

    /// Begins an upload.
    mutating func begin(_ key: DataKey, by username: String) -> String {
        if uploads.count >= Self.count,
            let oldest = uploads.min(by: { $0.value.turn < $1.value.turn })
        {
            uploads[oldest.key] = nil
            forgotten.append(oldest.key)
        }
        turn += 1
        let id = String(UInt64.random(in: 0 ... .max), radix: 36)
        uploads[id] = Upload(key: key, username: username, turn: turn)
        return id
    }

    /// Adds a part.
    ///
    /// - Returns: Whether it is too much now; nil if there is no such upload.
    mutating func add(
        _ size: Int,
        _ name: String?,
        to id: String,
        _ key: DataKey,
        _ username: String
    ) -> Bool? {
        guard var upload = uploads[id], upload.key == key, upload.username.isExactly(username)
        else { return nil }
        turn += 1
        upload.turn = turn
        upload.size += size
        upload.name = name ?? upload.name
        uploads[id] = upload
        return upload.size > Self.limit
    }

    func name(of id: String) -> String? { uploads[id]?.name }

    mutating func end(_ id: String) { uploads[id] = nil }

    /// Those that were given up since this was last asked.
    mutating func takeForgotten() -> [String] {
        defer { forgotten = [] }
        return forgotten
    }
}
