import Glibc
import JobModel

extension Worker {
    /// Ends this process, which does not come to start a tool; called by the supervisor's thread.
    static func endStuck(_ stuck: StuckWorker, _ reporter: WorkerReporter) -> Never {
        let message =
            "the worker could not start its tool for \(stuck.patience.words): "
            + "it gets no thread, or a file system does not answer"
        if stuck.isUntouched, stuck.reason == nil {
            reporter.write(.notStarted(message))
            // Else it has come just now, and the job has begun.
            if !ProcessTree.hasChildren() { _exit(EX_OK) }
        }
        ProcessTree.endDescendants(patience: .zero)
        if case .cancelled = stuck.reason {
            reporter.write(.end(JournalEnd(state: .cancelled)))
        } else {
            reporter.log(["error: \(message)"])
            let error = JobError(cause: .lost, message: message)
            reporter.write(.end(JournalEnd(state: .error, error: error)))
        }
        _exit(EX_OK)
    }
}
