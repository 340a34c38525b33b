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
        /// Changes, and when this server knew that they were committed.
        case changed([CommittedChange], at: ContinuousClock.Instant)
        case readAnew(SnapshotRead)
        /// A limit was changed, or what jobs may use.
        case settings
        case troublesChanged
    }

    private struct Content {
        var items: [Item] = []
        var reader: CheckedContinuation<Void, Never>?
    }

    private let content = Mutex(Content())

    /// Makes an empty one.
    public init() {}

    /// The history that the next changes belong to.
    ///
    /// - Parameter position: Its epoch and horizon.
    public func historyOpened(at position: StorePosition) {
        put(.opened(position))
    }

    /// Changes were committed.
    ///
    /// - Parameter changes: In the order of their positions.
    public func changesCommitted(_ changes: [CommittedChange]) {
        guard !changes.isEmpty else { return }
        put(.changed(changes, at: ContinuousClock().now))
    }

    /// Everything was read anew.
    ///
    /// - Parameter snapshot: All that lives.
    public func snapshotRead(_ snapshot: SnapshotRead) {
        put(.readAnew(snapshot))
    }

    /// A task's limit or what jobs may use was changed.
    public func settingsChanged() {
        put(.settings)
    }

    /// What the manager says of its troubles is another than before.
    public func troublesChanged() { put(.troublesChanged) }

    private func put(_ item: Item) {
        let reader = content.withLock { content in
            content.items.append(item)
            return content.reader.take()
        }
        reader?.resume()
    }

    /// Waits until there is something to fetch, or the task is cancelled; for one reader.
    ///
    /// Wakes the reader where it lives: a stream would have gone by way of the threads that all share.
    nonisolated(nonsending) func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let isDue = content.withLock { content in
                    guard content.items.isEmpty, !Task.isCancelled else { return true }
                    content.reader = reader
                    return false
                }
                if isDue { reader.resume() }
            }
        } onCancel: {
            content.withLock { $0.reader.take() }?.resume()
        }
    }

    /// Takes everything out.
    func fetch() -> [Item] {
        content.withLock { content in
            defer { content.items = [] }
            return content.items
        }
    }
}
