import SystemPackage

/// What work in any thread is told of its job, and tells.
struct JobWatch: Sendable {
    let reporter: any TaskReporter
    let work: FilePath

    /// Tells how much of the running stage is done, from 0 to 1.
    func progress(_ fraction: Double) { reporter.progress(fraction) }

    /// Throws if the job shall stop.
    func checkStopping() throws(TaskFailure) {
        if reporter.isStopping { throw .stopped }
    }

    /// What a failure's message ends with if a full disk may be the reason.
    var spaceHint: String {
        guard let free = Files.freeSpace(at: work), free < 1 << 20 else { return "" }
        return "; no space is left on the disk"
    }
}
