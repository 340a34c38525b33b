import Glibc
import SystemPackage

extension TaskContext {
    /// Does something in the server's folders, and goes on trying for as long as it is the machine that lacks
    /// something: the job's work is done, and must not be lost for that.
    ///
    /// Keeps its thread; a job that is to stop waits no longer.
    ///
    /// - Parameters:
    ///   - what: What cannot be done, as in `the outputs cannot be kept`.
    ///   - body: Does it; it may be called often.
    /// - Returns: What the body returns.
    /// - Throws: That the job shall stop, or an error that does not pass.
    func untilItWorks<Value>(_ what: String, _ body: () throws -> Value) throws -> Value {
        var pause = Duration.milliseconds(200)
        var start: ContinuousClock.Instant?
        defer { if start != nil { waits(for: nil) } }
        while true {
            do {
                let value = try body()
                if let start {
                    log(
                        "waited \((ContinuousClock.now - start).components.seconds) s until it worked"
                    )
                }
                return value
            } catch let error as Errno where error.isServersMatter {
                if start == nil {
                    start = .now
                    log("\(what): \(error)\(spaceHint); trying again until it works")
                    waits(for: "\(what): \(error)")
                }
                try hold(pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Waits a while, and no longer if the job is to stop.
    ///
    /// Keeps its thread: where the machine has no more of them, whoever has let go of one may never get another.
    ///
    /// - Parameter time: For how long.
    /// - Throws: That the job shall stop.
    func hold(_ time: Duration) throws(TaskFailure) {
        let end = ContinuousClock.now + time
        while .now < end {
            try checkStopping()
            usleep(50_000)
        }
        try checkStopping()
    }
}

extension Errno {
    /// Whether it speaks of the machine, or of a folder that is the server's.
    ///
    /// That is full, may not be written, is no folder, or does not answer: no job can do anything about it,
    /// and somebody may.
    fileprivate var isServersMatter: Bool {
        isLackOfMeans
            || [
                .readOnlyFileSystem, .permissionDenied, .notPermitted, .notDirectory, .ioError,
                .staleNFSFileHandle, .socketNotConnected, .resourceBusy,
            ].contains(self)
    }
}
