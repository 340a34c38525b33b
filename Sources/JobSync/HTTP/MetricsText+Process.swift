import JobModel
import JobRunning

extension MetricsText {
    /// Tells which program this is.
    mutating func describe(version: String) {
        begin("jobsync_build_info", .gauge, "The program's version; the value is always 1.")
        add("jobsync_build_info", [("version", version)], 1)
    }

    /// Tells what the process uses, by the names that Prometheus' own libraries give.
    mutating func describe(_ usage: ProcessUsage) {
        single(
            "process_start_time_seconds",
            .gauge,
            "When the process was started, in seconds since 1970 in UTC.",
            Double(usage.started.microseconds) / 1e6
        )
        single(
            "process_cpu_seconds_total",
            .counter,
            "Time that processors have spent on the process, in its own code and in the system's.",
            usage.processorTime / .seconds(1)
        )
        single(
            "process_resident_memory_bytes",
            .gauge,
            "Memory of the process that is in RAM.",
            Double(usage.residentBytes)
        )
        single(
            "process_virtual_memory_bytes",
            .gauge,
            "Address space of the process.",
            Double(usage.virtualBytes)
        )
        single(
            "process_open_fds",
            .gauge,
            "File descriptors that are open, each connection's among them.",
            Double(usage.openFiles)
        )
        single(
            "process_max_fds",
            .gauge,
            "File descriptors that may be open.",
            Double(usage.openFilesLimit)
        )
    }
}
