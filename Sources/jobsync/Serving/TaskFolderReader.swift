import JobManagement
import JobTaskFiles
import JobTasks
import SystemPackage
import Threads

/// Reads the folder of task files anew while the server runs, on a thread of its own: it may hang.
struct TaskFolderReader: Sendable {
    let folder: FilePath
    let manager: JobManager
    private let files = BlockingPool(threads: 1, name: "task files")

    init(folder: FilePath, manager: JobManager) {
        self.folder = folder
        self.manager = manager
    }

    /// Has the manager take what is there now.
    ///
    /// - Returns: False if the file system does not answer; then all is as before.
    func reload() async -> Bool {
        let catalogue = await files.run(in: "tasks") { [folder] in
            TaskCatalogue.load(folder: folder)
        }
        guard let catalogue else { return false }
        await manager.replaceTasks(with: catalogue)
        return true
    }
}
