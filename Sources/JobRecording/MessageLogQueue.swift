import JSON
import Synchronization

/// What is to be written to a message log and is not yet; of bounded size.
final class MessageLogQueue: Sendable {
    /// A line to be.
    enum Item: Sendable {
        case header(MessageLogHeader)
        case event(Duration, Int, MessageLogEntry.Direction, ArraySlice<UInt8>?)

        /// How much room it takes, about; what the server sends is shared with others, but kept longer.
        var size: Int {
            switch self {
            case .header: 100
            case .event(_, _, _, let message): 100 + (message?.count ?? 0)
            }
        }

        /// The line with its end; what a client has sent is masked, and tokens wherever they stand.
        var line: [UInt8] { MessageMask.covered(openLine) }

        private var openLine: [UInt8] {
            switch self {
            case .header(let header): header.line
            case .event(let time, let connection, .incoming, let message):
                MessageLogEntry.line(
                    time,
                    connection,
                    .incoming,
                    message: MessageMask.masked(Array(message ?? [])).encoded[...]
                )
            case .event(let time, let connection, let direction, let message):
                MessageLogEntry.line(time, connection, direction, message: message)
            }
        }
    }

    /// What became of an item.
    enum Outcome {
        /// It waits for a writer that is at work.
        case taken
        /// It waits for a writer, who is to be called.
        case first
        /// It was the first one for which there was no room; there will be no more.
        case overflowed
        /// The recording has ended.
        case dropped
    }

    private struct State {
        var items: [Item] = []
        /// Of those that wait and those that are being written.
        var size = 0
        var isBeingWritten = false
        var isClosed = false
    }

    private let room: Int
    private let state = Mutex(State())

    init(room: Int) {
        self.room = room
    }

    func add(_ item: Item) -> Outcome {
        state.withLock { state in
            guard !state.isClosed else { return .dropped }
            guard state.size + item.size <= room else {
                state.isClosed = true
                return .overflowed
            }
            state.items.append(item)
            state.size += item.size
            guard !state.isBeingWritten else { return .taken }
            state.isBeingWritten = true
            return .first
        }
    }

    /// Hands over all that waits.
    ///
    /// - Parameter written: What was handed over the last time and is done.
    /// - Returns: The items; none if the writer may go until it is called.
    func take(written: [Item]) -> [Item] {
        state.withLock { state in
            state.size -= written.reduce(0) { $0 + $1.size }
            let items = state.items
            state.items = []
            state.isBeingWritten = !items.isEmpty
            return items
        }
    }

    /// Takes nothing more.
    func close() {
        state.withLock { $0.isClosed = true }
    }
}
