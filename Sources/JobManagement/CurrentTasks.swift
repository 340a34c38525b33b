public import JobTasks
import Synchronization

/// The tasks that there are at the moment, shared by who checks a job and who runs it.
public final class CurrentTasks: Sendable {
    private let storage: Mutex<TaskCatalogue>

    /// Begins with a catalogue.
    ///
    /// - Parameter catalogue: The tasks.
    public init(_ catalogue: TaskCatalogue) {
        storage = Mutex(catalogue)
    }

    /// The tasks that there are now.
    public var catalogue: TaskCatalogue { storage.withLock { $0 } }

    func replace(with catalogue: TaskCatalogue) {
        storage.withLock { $0 = catalogue }
    }
}
