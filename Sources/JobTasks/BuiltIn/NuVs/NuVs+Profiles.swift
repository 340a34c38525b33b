import JSON
import JobModel
import Sequences
import SystemPackage

extension NuVs {
    static let defaultProfiles = "hmm/vFam.hmm"
    static let candidates = "candidates.fa"
    private static let profiles = "profiles.hmm"

    /// Reads the profiles, and has HMMER read them, before anything takes long.
    func prepareProfiles() async throws(TaskFailure) {
        let path = context.args["profiles"]?.stringValue ?? Self.defaultProfiles
        let source: FilePath
        do {
            source = try DataPath.resolve(path, in: context.data, field: "args.profiles")
        } catch {
            throw .task(error.description)
        }
        guard Files.size(of: source) ?? 0 > 0 else {
            throw .task("args.profiles: \(path) is not a file, or empty")
        }
        let file = try OutputFile(Self.profiles, in: context)
        var reader = ProfileFileReader()
        var output: [UInt8] = []
        do {
            try Files.readPieces(of: source) { piece in
                try reader.read(piece, into: &output)
                try file.write(&output)
                try context.checkStopping()
            }
            try reader.finish(into: &output)
            try file.write(&output)
        } catch let error as TaskFailure {
            throw error
        } catch let error as ProfileFileError {
            throw .task("args.profiles: \(path): \(error)")
        } catch {
            throw .task("args.profiles: \(path) cannot be read: \(error)")
        }
        context.log("\(reader.count) profiles")
        var press = Tool(["hmmpress", "-f", Self.profiles])
        press.files = ["h3f", "h3i", "h3m", "h3p"].map { FilePath("\(Self.profiles).\($0)") }
        try await context.run(press)
    }

    func compareWithProfiles() async throws(TaskFailure) {
        guard !contigs.isEmpty else { return }
        let count = contigs.reduce(0) { $0 + $1.frames.count }
        var scan = Tool([
            "hmmscan", "--tblout", "hmm.tsv", "--noali", "--cpu", "\(context.threads)",
            Self.profiles, Self.candidates,
        ])
        // Its report says in many pages what its table says in lines.
        let report = HMMERReport(queries: count)
        scan.output = .reader { bytes throws(TaskFailure) in report.read(bytes) }
        scan.files = ["hmm.tsv"]
        try await context.run(scan)
        do {
            hits = try HMMERTable.read(
                Files.read(context.work.appending("hmm.tsv"), limit: 1 << 30)
            )
        } catch {
            throw .task("the table of hmmscan cannot be read: \(error)")
        }
        context.log("\(hits.count) hits of \(count) proteins")
    }
}
