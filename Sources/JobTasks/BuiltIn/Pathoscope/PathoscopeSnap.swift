import JSON
import JobModel
import Sequences

/// Pathoscope with SNAP, which is faster than bowtie2 and finds fewer reads that differ much.
package final class PathoscopeSnap: JobTask {
    private let work: Pathoscope

    package init(context: TaskContext) {
        work = Pathoscope(context, aligner: .snap)
    }

    package var stages: [TaskStage] {
        let work = work
        return [
            TaskStage("mk_analysis_dir") { () async throws(TaskFailure) in
                try await work.makeAnalysisFolder(tools: Self.tools)
            },
            TaskStage("map_viruses", work.mapViruses),
            TaskStage("identify_candidate_viruses", work.identifyCandidates),
            TaskStage("generate_isolate_fasta", work.writeIsolates),
            TaskStage("build_isolate_index", work.buildIsolateIndex),
            TaskStage("map_isolates", work.mapIsolates),
            TaskStage("save_mapped_reads", work.saveMappedReads),
            TaskStage("map_host", work.mapHost),
            TaskStage("subtract_virus_mapping", work.subtractHost),
            TaskStage("pathoscope", work.reassign),
            TaskStage("import_results", work.importResults),
        ]
    }

    /// Nothing: until it is published, an analysis is nowhere but in the work folder.
    package func cleanUp() async {}

    package static let description = TaskDescription(
        name: "pathoscope_snap",
        description: "Find known viruses in a sample, with SNAP and Pathoscope",
        resources: Resources(proc: 6, mem: 8),
        arguments: [.sample, .reference, .subtractions] + FindingThresholds.arguments,
        ignoredArguments: ArgumentDescription.ignoredByAnalyses,
        stages: [
            "mk_analysis_dir", "map_viruses", "identify_candidate_viruses",
            "generate_isolate_fasta", "build_isolate_index", "map_isolates", "save_mapped_reads",
            "map_host", "subtract_virus_mapping", "pathoscope", "import_results",
        ]
    )

    package static let tools = ["snap-aligner"]
}
