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
        var tasks = TaskCatalogue.builtIn.tasks
        var problems: [TaskProblem] = []
        var names: [String] = []
        do {
            names = try Files.names(in: folder)
        } catch .noSuchFileOrDirectory {
            names = []
        } catch {
            problems.append(
                TaskProblem(
                    file: folder.string,
                    line: nil,
                    message: "the tasks folder cannot be read: \(error)"
                )
            )
        }
        for name in names.sorted() where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            // Editors leave such files behind.
            guard !name.hasPrefix(".") else { continue }
            guard Files.size(of: folder.appending(name)) != nil else {
                // To open a pipe would wait for somebody who writes.
                problems.append(TaskProblem(file: name, line: nil, message: "is not a file"))
                continue
            }
            let file = TaskFile(reading: folder.appending(name))
            problems += file.problems
            guard let task = file.task else { continue }
            if let other = tasks.first(where: { $0.name == task.name }) {
                let whose =
                    other.source == TaskDescription.builtIn
                    ? "is a built-in task" : "is the task of \(other.source) already"
                problems.append(
                    TaskProblem(
                        file: name,
                        line: file.nameLine,
                        message: "name: \(task.name) \(whose)"
                    )
                )
            } else {
                tasks.append(task)
            }
        }
        return TaskCatalogue(tasks: tasks, problems: problems)
    }
}
