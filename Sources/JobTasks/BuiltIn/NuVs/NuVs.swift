import JSON
import JobModel
import Sequences
import SystemPackage

/// Looks for viruses that no reference has.
///
/// What is left of a sample without known viruses and the hosts is assembled; proteins that the contigs
/// may code for are compared with profiles of families of viral proteins, and contigs that look like a virus
/// with all known sequences, so that nobody takes another isolate of a known virus for a new one.
package final class NuVs: JobTask {
    let context: TaskContext
    private(set) var versions: JSONObject = [:]
    private var loaded: AnalysisInputs?
    /// How many reads fit no virus.
    var unmappedReads = 0
    /// How many reads are assembled.
    var readCount = 0
    var contigCount = 0
    /// The contigs that may code for a protein.
    var contigs: [CodingContig] = []
    var hits: [HMMERHit] = []
    /// The contigs of some length that code for no protein.
    var unlikeContigs: [[UInt8]] = []
    /// The contigs that are compared with what is known: first those of which at least one protein is like a known
    /// family's, then others.
    var compared: [ComparedContig] = []
    /// How many contigs of some length look like no virus.
    var otherCount = 0
    /// All sequences of all isolates, which contigs are compared with.
    private(set) var known: [Reference.Placed] = []

    package init(context: TaskContext) {
        self.context = context
    }

    package var stages: [TaskStage] {
        let work = self
        let isPaired = context.inputs[.sample]?.document["paired"]?.boolValue ?? false
        return [
            TaskStage("mk_analysis_dir", makeAnalysisFolder),
            TaskStage("map_viruses", mapViruses),
            TaskStage("map_host", mapHost),
        ] + (isPaired ? [TaskStage("reunite_pairs", reunitePairs)] : []) + [
            TaskStage("assemble", assemble),
            TaskStage("process_fasta", findReadingFrames),
            TaskStage("vfam") { () async throws(TaskFailure) in
                try await work.compareWithProfiles()
                try await work.compareWithKnown()
                try await work.measureDepths()
            },
            TaskStage("import_results", importResults),
        ]
    }

    /// Nothing: until it is published, an analysis is nowhere but in the work folder.
    package func cleanUp() async {}

    /// What the lengths of the reads ask for.
    var lengths: ReadLengths { ReadLengths(longest: inputs.readLengths.upperBound) }

    var inputs: AnalysisInputs {
        guard let loaded else { preconditionFailure("the stages run in order") }
        return loaded
    }

    private func importResults() async throws(TaskFailure) {
        try context.publishAnalysis(
            makeDocument(),
            name: "NuVs of \(inputs.sample.name)",
            uses: inputs.uses
        )
    }
}

// MARK: - mk_analysis_dir

extension NuVs {
    private func makeAnalysisFolder() async throws(TaskFailure) {
        let inputs = try AnalysisInputs(context)
        loaded = inputs
        known = inputs.viruses.placedSequences
        try context.makeFolder("analysis")
        versions = try await context.versions(of: Self.tools)
        try await prepareProfiles()
    }
}
