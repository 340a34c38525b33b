import JobModel
import Sequences
import SystemPackage

extension NuVs {
    static let defaultProfiles = "hmm/vFam.hmm"
    static let candidates = "candidates.fa"

    func compareWithProfiles() async throws(TaskFailure) {
        guard !contigs.isEmpty, let profiles else { return }
        do {
            // What is made of the profiles lies beside the link.
            try Files.link(context.work.appending("profiles.hmm"), to: profiles)
        } catch {
            throw .task("the profiles cannot be linked: \(error)")
        }
        var press = Tool(["hmmpress", "-f", "profiles.hmm"])
        press.files = ["h3f", "h3i", "h3m", "h3p"].map { FilePath("profiles.hmm.\($0)") }
        try await context.run(press)
        let count = contigs.reduce(0) { $0 + $1.frames.count }
        var scan = Tool([
            "hmmscan", "--tblout", "hmm.tsv", "--noali", "--cpu", "\(context.threads)",
            "profiles.hmm", Self.candidates,
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
