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
    /// How many documents are in it.
    let documents: Int
    /// The client's new position.
    let seq: Int
    /// Whether the client is in step afterwards.
    let isLast: Bool
}

/// Builds each frame once for all clients that need it: most as long as the log does not change, the
/// full pages of first loads for all clients who begin at about the same time.
struct SyncFrames {
    private(set) var builtCount = 0
    private(set) var reusedCount = 0
    private var frames: [SyncFrameKey: SyncFrame] = [:]
    /// Where the log stood when the frames were built.
    private var head = 0
    private var pages = LoadPages()

    /// Begins a first load.
    ///
    /// - Parameters:
    ///   - log: What is loaded.
    ///   - now: The time.
    /// - Returns: Up to where clients who load from nothing at this time need not be told what to drop.
    mutating func beginLoad(of log: ChangeLog, at now: ContinuousClock.Instant) -> Int {
        pages.begin(log, at: now)
    }

    /// Lets go of everything that was built, for the log has begun anew: its head may be where it was.
    mutating func forget() {
        frames = [:]
        pages = LoadPages()
    }

    mutating func frame(for key: SyncFrameKey, from log: ChangeLog) -> SyncFrame {
        if log.head != head {
            frames.removeAll(keepingCapacity: true)
            head = log.head
        }
        if let frame = frames[key] ?? pages[key] {
            reusedCount += 1
            return frame
        }
        let page = log.page(for: key.filter, after: key.cursor, emptyBelow: key.emptyBelow)
        let frame = Self.encode(page, subscription: key.subscription, isLoading: key.isLoading)
        builtCount += 1
        if !pages.keep(frame, for: key) { frames[key] = frame }
        return frame
    }

    /// Counts a frame for as many clients more as it was sent to at once.
    mutating func reused(by count: Int) {
        reusedCount += count
    }

    /// Lets go of pages that nobody has begun to load for a while.
    mutating func forgetPages(at now: ContinuousClock.Instant) {
        pages.forget(at: now)
    }

    static func encode(_ page: SyncPage, subscription: Int, isLoading: Bool) -> SyncFrame {
        guard !page.isEmpty || (isLoading && page.isLast) else {
            return SyncFrame(frame: nil, documents: 0, seq: page.seq, isLast: page.isLast)
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
        return SyncFrame(
            frame: frame,
            documents: page.putCount,
            seq: page.seq,
            isLast: page.isLast
        )
    }
}
