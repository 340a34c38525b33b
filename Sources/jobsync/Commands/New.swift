import ArgumentParser
import JSON
import JobModel
import JobProtocol

/// `jobsync new`.
struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a job.",
        discussion: """
            Prints the job's id. `jobsync task show TASK` tells which arguments there are; each is \
            read as the type that the task wants:

              jobsync new add_host file=peach.fa _id="Prunus persica"
              jobsync new align reads=a.fq reads=b.fq seed=7     a list: the name again
              jobsync new align options:='{"local": true}'       any JSON, behind :=
              jobsync new align reads=a.fq --wait && echo done

            A call that is cut off is made again under the same id, so no job is started twice. \
            With --job-id you choose the id: the same command again then gives the same job.

            With --wait the exit code is 0 if the job completes and 3 if it does not. What an \
            analysis found is told on standard error. Ctrl-C ends the waiting, not the job.
            """
    )

    /// With the pauses between them, about a minute.
    private static let attempts = 10

    @Argument(
        help: "What kind of work; `jobsync task list` shows what there is."
    )
    var task: String

    @Argument(help: ArgumentHelp("The task's arguments.", valueName: "name=value"))
    var args: [String] = []

    @Option(help: ArgumentHelp("Cores. (default: the task's)", valueName: "n"))
    var proc: Int?

    @Option(help: ArgumentHelp("Memory in GB. (default: the task's)", valueName: "GB"))
    var mem: Int?

    @Option(
        help: ArgumentHelp("-1000 to 1000; higher ones start first. (default: 0)", valueName: "n")
    )
    var priority: Int?

    @Option(help: ArgumentHelp("The job's id. (default: a new one)", valueName: "id"))
    var jobID: String?

    @Flag(help: "Wait for the job's end; on a terminal, show how far it is.") var wait = false

    @Flag(help: "Print the server's answer, and with --wait the whole job, as JSON.")
    var json = false

    @OptionGroup var server: ServerOptions

    func validate() throws {
        if let jobID, JobID(jobID) == nil {
            throw ValidationError("--job-id: must be \(JobID.form), not \"\(jobID)\"")
        }
    }

    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        let id = jobID ?? JobID.random(using: &generator).rawValue
        let access = try server.access()
        var connection = try await access.connect()
        let answer = try await create(id, over: &connection)
        guard wait else {
            Output.line(json ? answer.description : id)
            await connection.close()
            return
        }
        if !json { Output.line(id) }
        try await JobWait(id: id, isJSON: json).run(on: connection)
    }

    /// Makes the job, by as many attempts as it takes: the id makes sure that there is only one.
    private func create(
        _ id: String,
        over connection: inout ServerConnection
    ) async throws(CommandFailure) -> JSONValue {
        let access = connection.access
        let params = try await self.params(id, on: connection)
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        var attempts = 0
        while true {
            let loss: ConnectionLost
            do throws(CallFailure) {
                return try await connection.call("jobs.new", params)
            } catch {
                guard case .lost(let reason) = error, !reason.isFinal else {
                    throw CommandFailure(error, address: access.address)
                }
                loss = reason
            }
            Output.remark("\(loss.reason); trying again")
            repeat {
                attempts += 1
                guard attempts < Self.attempts else {
                    throw CommandFailure(
                        .unreachable,
                        "the connection broke and it is not known whether the job was made; "
                            + "the same command with --job-id \(id) will tell"
                    )
                }
                try? await Task.sleep(for: backoff.next(asked: loss.after, using: &generator))
            } while try await !reconnect(&connection)
        }
    }

    private func reconnect(
        _ connection: inout ServerConnection
    ) async throws(CommandFailure) -> Bool {
        do throws(CommandFailure) {
            connection = try await connection.access.connect()
            return true
        } catch {
            guard error.status == .unreachable else { throw error }
            return false
        }
    }

    private func params(
        _ id: String,
        on connection: ServerConnection
    ) async throws(CommandFailure) -> JSONObject {
        // Without arguments there is nothing whose type would have to be known.
        let tasks = args.isEmpty ? nil : try await connection.ask("tasks.list")["tasks"]
        let description = tasks?.arrayValue?.first { $0.text("name") == task }
        var params: JSONObject = [
            "task": .string(task), "job_id": .string(id),
            "args": .object(try JobArguments.parse(args, for: description)),
        ]
        params["proc"] = proc.map { .integer($0) }
        params["mem"] = mem.map { .integer($0) }
        params["priority"] = priority.map { .integer($0) }
        return params
    }
}
