package import JSON
package import JobModel
package import SystemPackage

/// Where a job's stages report to; safe to be called from any thread.
package protocol TaskReporter: AnyObject, Sendable {
    /// Whether the job shall stop.
    var isStopping: Bool { get }

    /// Writes lines to the job's log.
    func log(_ lines: [String])

    /// Tells how much of the running stage is done, from 0 to 1.
    func progress(_ fraction: Double)

    /// Writes down, durably, what the job is about to put into the data folder.
    ///
    /// - Returns: Whether it could be written.
    func keep(_ record: DataRecord) -> Bool

    /// Takes note that the job waits for what the machine lacks.
    ///
    /// - Parameter lack: What that is; nil when the wait is over.
    func waits(for lack: String?)

    /// Takes note that a tool is about to be started.
    ///
    /// - Parameter isFirst: Whether nothing was done yet that must not be done twice.
    func toolIsStarting(isFirst: Bool)

    /// Takes note that the tool runs, or that it could not be started.
    func toolHasStarted()
}

extension TaskReporter {
    package func waits(for lack: String?) {}
    package func toolIsStarting(isFirst: Bool) {}
    package func toolHasStarted() {}
}

/// What a job was told, and how its stages reach the world.
package final class TaskContext {
    package let id: JobID
    package let task: String
    package let username: String
    package let args: JSONObject
    package let resources: Resources
    /// What the catalogue says of the things that the arguments name, and of those they use.
    package let inputs: [DataKind: DataRecord]
    /// What it says of those that lists among the arguments name.
    package let listedInputs: [DataRecord]
    /// The job's own folder; it is removed when the job ends.
    package let work: FilePath
    /// The folder of the server's data, in which results are kept.
    package let data: FilePath
    /// What tools find in their environment.
    package let environment: [String: String]
    /// What becomes the job's result.
    package var result: JSONValue?
    /// What the job has put into the data folder; from then on it cannot be stopped any more.
    package internal(set) var published: DataRecord?

    /// Whether something was done that must not be done twice without need.
    package var hasBegun = false
    /// Whether a tool waits for as long as the machine lacks what it takes to start it.
    package var isPatient = true

    private let reporter: any TaskReporter
    /// The work folder, from when it was made.
    private var heldWork: HeldFolder?

    package init(
        id: JobID,
        task: String,
        username: String,
        args: JSONObject,
        resources: Resources,
        inputs: [DataKind: DataRecord] = [:],
        listedInputs: [DataRecord] = [],
        work: FilePath,
        data: FilePath,
        environment: [String: String] = [:],
        reporter: any TaskReporter
    ) {
        self.id = id
        self.task = task
        self.username = username
        self.args = args
        self.resources = resources
        self.inputs = inputs
        self.listedInputs = listedInputs
        self.work = work
        self.data = data
        self.reporter = reporter
        let usual = [
            "PATH": Tools.searchPath, "LC_ALL": "C", "TMPDIR": work.string, "HOME": work.string,
        ]
        self.environment = usual.merging(environment) { $1 }
    }

    /// Whether the job shall stop; long work in Swift asks now and then.
    package var isStopping: Bool { published == nil && reporter.isStopping }

    /// Throws if the job shall stop.
    package func checkStopping() throws(TaskFailure) {
        if isStopping { throw .stopped }
    }

    /// Makes the work folder, empty, and remembers which one it is.
    ///
    /// - Throws: What stands in the way.
    package func makeWorkFolder() throws(Errno) {
        try Files.remove(work)
        try Files.makeFolder(work)
        heldWork = try HeldFolder(work)
    }

    /// Throws if a tool has put something else where the work folder was.
    ///
    /// What stands there may be a link to anybody's files: nothing is read there, and nothing run.
    func checkWorkFolder() throws(TaskFailure) {
        guard heldWork?.isInPlace == false else { return }
        throw .task("the work folder \(work) was removed, or something else put in its place")
    }

    /// Writes a line to the job's log.
    package func log(_ line: String) { reporter.log([line]) }

    /// Tells how much of the running stage is done, from 0 to 1.
    package func progress(_ fraction: Double) { reporter.progress(fraction) }

    /// What a failure's message ends with if a full disk may be the reason; few tools say so.
    var spaceHint: String { watch.spaceHint }

    /// What work in other threads is told of the job, and tells.
    var watch: JobWatch { JobWatch(reporter: reporter, work: work) }

    /// Takes note that the job waits for what the machine lacks; nil when the wait is over.
    func waits(for lack: String?) { reporter.waits(for: lack) }

    /// Takes note that a tool is about to be started.
    func toolIsStarting() { reporter.toolIsStarting(isFirst: !hasBegun) }

    /// Takes note that the tool runs, or that it could not be started.
    func toolHasStarted() { reporter.toolHasStarted() }

    /// Writes down what the job is about to put into the data folder.
    func keep(_ record: DataRecord) -> Bool { reporter.keep(record) }

    /// Runs a tool to its end; its output goes to the job's log.
    ///
    /// - Parameter tool: The program, its arguments and what success is.
    /// - Returns: The lines that were asked to be kept.
    /// - Throws: Why it did not succeed, with the last lines that it said.
    @discardableResult
    package func run(_ tool: Tool) async throws(TaskFailure) -> [String] {
        try await tool.run(in: self, reporter: reporter)
    }
}
