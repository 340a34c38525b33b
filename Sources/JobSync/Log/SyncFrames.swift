import JSON
import JobModel
import JobStorage
import WebSockets

/// What a frame depends on: clients that agree in all of it get the same frame.
struct SyncFrameKey: Hashable {
    let subscription: Int
    let filter: JobFilter
    let cursor: Int
    let emptyBelow: Int
    let isLoading: Bool
}

/// A frame, and where it takes a client.
struct SyncFrame {
    /// What is sent; nil where nothing that the client wants has changed.
    let frame: WebSocketFrame?
    /// The client's new position.
    let seq: Int
    /// Whether the client is in step afterwards.
    let isLast: Bool
}

/// Builds each frame once for all clients that need it, as long as the log does not change.
struct SyncFrames {
    private(set) var builtCount = 0
    private(set) var reusedCount = 0
    private var frames: [SyncFrameKey: SyncFrame] = [:]
    /// Where the log stood when the frames were built.
    private var head = 0

    mutating func frame(for key: SyncFrameKey, from log: ChangeLog) -> SyncFrame {
        if log.head != head {
            frames.removeAll(keepingCapacity: true)
            head = log.head
        }
        if let frame = frames[key] {
            reusedCount += 1
            return frame
        }
        let page = log.page(for: key.filter, after: key.cursor, emptyBelow: key.emptyBelow)
        let frame = Self.encode(page, subscription: key.subscription, isLoading: key.isLoading)
        builtCount += 1
        frames[key] = frame
        return frame
    }

    static func encode(_ page: SyncPage, subscription: Int, isLoading: Bool) -> SyncFrame {
        guard !page.isEmpty || (isLoading && page.isLast) else {
            return SyncFrame(frame: nil, seq: page.seq, isLast: page.isLast)
        }
        let size = page.puts.count + page.removals.count * 16 + 128
        let frame = WebSocketFrame(reserving: size) { bytes in
            bytes.append(
                contentsOf: #"{"jsonrpc":"2.0","method":"jobs.sync","params":{"subscription":"#.utf8
            )
            bytes.append(json: subscription)
            bytes.append(contentsOf: #","seq":"#.utf8)
            bytes.append(json: page.seq)
            if isLoading {
                bytes.append(contentsOf: #","sync":"#.utf8)
                bytes.append(json: !page.isLast)
            }
            bytes.append(contentsOf: #","put":["#.utf8)
            bytes.append(contentsOf: page.puts)
            bytes.append(contentsOf: #"],"del":["#.utf8)
            for (index, id) in page.removals.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(json: id.rawValue)
            }
            bytes.append(contentsOf: "]}}".utf8)
        }
        return SyncFrame(frame: frame, seq: page.seq, isLast: page.isLast)
    }
}
