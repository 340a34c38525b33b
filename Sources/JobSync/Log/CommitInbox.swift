public import JobManagement
public import JobStorage
import Synchronization

/// Takes committed changes from the manager and keeps them until the front end fetches them.
///
/// One for all clients, not one for each: this is the one place where changes
/// pass from the manager's thread to the network's.
public final class CommitInbox: ChangeObserver {
    /// Something that the manager told.
    enum Item {
        case opened(StorePosition)
        case changed([CommittedChange])
        case readAnew(SnapshotRead)
    }

    /// Says that there is something to fetch.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let content = Mutex<[Item]>([])

    /// Makes an empty one.
    public init() {
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The history that the next changes belong to.
    ///
    /// - Parameter position: Its epoch and horizon.
    public func historyOpened(at position: StorePosition) {
        content.withLock { $0.append(.opened(position)) }
        arrived.yield()
    }

    /// Changes were committed.
    ///
    /// - Parameter changes: In the order of their positions.
    public func changesCommitted(_ changes: [CommittedChange]) {
        guard !changes.isEmpty else { return }
        content.withLock { $0.append(.changed(changes)) }
        arrived.yield()
    }

    /// Everything was read anew.
    ///
    /// - Parameter snapshot: All that lives.
    public func snapshotRead(_ snapshot: SnapshotRead) {
        content.withLock { $0.append(.readAnew(snapshot)) }
        arrived.yield()
    }

    /// Takes everything out.
    func fetch() -> [Item] {
        content.withLock { content in
            defer { content = [] }
            return content
        }
    }
}
