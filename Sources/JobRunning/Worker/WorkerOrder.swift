package import JSON
import JobModel
package import JobTasks
package import SystemPackage

/// What a worker is told, in `job.json` of its run folder.
package struct WorkerOrder: Sendable {
    package let launch: LaunchOrder
    package let folders: DataFolders
    /// The time from SIGTERM to SIGKILL.
    package let grace: Duration
    /// How long the job may take.
    package let timeout: Duration?
    /// Without which the job must not go on; nil for one that no other server can start.
    package let lease: WorkerLease?
    /// How long a tool may take to begin.
    package let toolPatience: Duration
    /// The control group that holds all of the job; nil where it has none.
    package var group: FilePath?
    /// The task's arguments, for the command lines of a command task.
    package let arguments: [ArgumentDescription]
    /// The command lines; nil for a task that is written in Swift.
    package let command: CommandTask?

    package init(
        _ launch: LaunchOrder,
        of task: TaskDescription,
        in folders: DataFolders,
        lease: WorkerLease? = nil,
        toolPatience: Duration
    ) {
        self.launch = launch
        self.folders = folders
        grace = task.grace
        timeout = task.timeout
        // No other is started anew when its server is given up.
        self.lease = task.isRestartable ? lease : nil
        self.toolPatience = toolPatience
        arguments = task.arguments
        command = task.command
    }
}

/// Why an order cannot be read.
package struct WorkerOrderError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

// MARK: - JSON

extension WorkerOrder {
    package var document: JSONObject {
        var document: JSONObject = [
            "id": .string(launch.id.rawValue),
            "task": .string(launch.task),
            "args": .object(launch.args),
            "proc": .integer(launch.resources.proc),
            "mem": .integer(launch.resources.mem),
            "username": .string(launch.username),
            "data": .string(folders.data.string),
            "work": .string(folders.work(of: launch.id).string),
            "log": .string(folders.log(of: launch.id).string),
            "grace_ms": .integer(grace.milliseconds),
            "tool_patience_ms": .integer(toolPatience.milliseconds),
            "arguments": .array(arguments.map { .object($0.document) }),
        ]
        if !launch.inputs.isEmpty {
            document["inputs"] = .array(
                launch.inputs.values.sorted { $0.key < $1.key }.map { .object($0.whole) }
            )
        }
        if !launch.listedInputs.isEmpty {
            document["listed_inputs"] = .array(launch.listedInputs.map { .object($0.whole) })
        }
        document["group"] = group.map { .string($0.string) }
        document["lease_ms"] = lease.map { .integer($0.duration.milliseconds) }
        document["timeout_ms"] = timeout.map { .integer($0.milliseconds) }
        document["command"] = command.map { .object($0.document) }
        return document
    }

    /// Reads an order.
    ///
    /// - Parameter path: The file `job.json`.
    /// - Throws: What is wrong with it.
    package init(reading path: FilePath) throws(WorkerOrderError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: Files.read(path))
        } catch {
            let reason = (error as? Errno)?.reason ?? "\(error)"
            throw WorkerOrderError(description: "\(path) cannot be read: \(reason)")
        }
        guard let id = document["id"]?.stringValue.flatMap({ JobID($0) }),
            let task = document["task"]?.stringValue,
            let resources = Resources(
                checking: document["proc"]?.integerValue,
                document["mem"]?.integerValue
            ),
            let data = document["data"]?.stringValue
        else { throw WorkerOrderError(description: "\(path) is not the order of a job") }
        var launch = LaunchOrder(
            id: id,
            task: task,
            args: document["args"]?.objectValue ?? [:],
            resources: resources,
            username: document["username"]?.stringValue ?? "",
            inputs: (document["inputs"]?.arrayValue ?? []).reduce(into: [:]) { inputs, whole in
                guard let record = DataRecord(whole: whole) else { return }
                inputs[record.key.kind] = record
            }
        )
        launch.listedInputs = (document["listed_inputs"]?.arrayValue ?? [])
            .compactMap(DataRecord.init(whole:))
        self.launch = launch
        folders = DataFolders(data: FilePath(data))
        grace =
            document["grace_ms"]?.countValue.map { .milliseconds($0) }
            ?? TaskDescription.defaultGrace
        toolPatience =
            document["tool_patience_ms"]?.countValue.map { .milliseconds($0) }
            ?? StuckWorker.patience
        group = document["group"]?.stringValue.map { FilePath($0) }
        timeout = document["timeout_ms"]?.countValue.map { .milliseconds($0) }
        let folders = folders
        lease = document["lease_ms"]?.countValue.map {
            WorkerLease(file: folders.lease, duration: .milliseconds($0))
        }
        arguments = (document["arguments"]?.arrayValue ?? []).compactMap {
            ArgumentDescription(document: $0)
        }
        do {
            command = try document["command"].map { value throws(TemplateError) in
                try CommandTask(document: value)
            }
        } catch {
            throw WorkerOrderError(description: "\(path): \(error)")
        }
    }
}

extension Duration {
    /// The time in its largest unit that gives a whole number, such as `12 h` or `90 min`.
    package var words: String {
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")]
        for (size, name) in units where milliseconds >= size && milliseconds % size == 0 {
            return "\(milliseconds / size) \(name)"
        }
        return "\(milliseconds) ms"
    }

    /// Whole milliseconds; what is longer than they can count is as long as they can.
    package var milliseconds: Int {
        let (seconds, attoseconds) = min(max(self, .milliseconds(Int.min)), .milliseconds(Int.max))
            .components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
