import JSON
import JobModel
import Sequences

/// Pathoscope with bowtie2.
package final class PathoscopeBowtie: JobTask {
    private let work: Pathoscope

    package init(context: TaskContext) {
        work = Pathoscope(context, aligner: .bowtie)
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
            TaskStage("map_host") { () async throws(TaskFailure) in
                try await work.saveMappedReads()
                try await work.mapHost()
            },
            TaskStage("subtract_virus_mapping", work.subtractHost),
            TaskStage("pathoscope", work.reassign),
            TaskStage("import_results", work.importResults),
        ]
    }

    /// Nothing: until it is published, an analysis is nowhere but in the work folder.
    package func cleanUp() async {}

    package static let description = TaskDescription(
        name: "pathoscope_bowtie",
        description: "Find known viruses in a sample, with bowtie2 and Pathoscope",
        resources: Resources(proc: 6, mem: 4),
        arguments: [.sample, .reference, .subtractions] + FindingThresholds.arguments,
        ignoredArguments: ArgumentDescription.ignoredByAnalyses,
        stages: [
            "mk_analysis_dir", "map_viruses", "identify_candidate_viruses",
            "generate_isolate_fasta", "build_isolate_index", "map_isolates", "map_host",
            "subtract_virus_mapping", "pathoscope", "import_results",
        ]
    )

    package static let tools = ["bowtie2-align-s", "bowtie2-build"]
}

extension ArgumentDescription {
    /// The sample that is analysed.
    static let sample = ArgumentDescription(
        name: "sample_id",
        type: .string,
        isRequired: true,
        description: "The sample",
        names: .sample
    )

    /// The hosts whose reads are taken out.
    static let subtractions = ArgumentDescription(
        name: "subtractions",
        type: .list,
        description:
            "Hosts whose reads are subtracted; the sample's host if left out, none if empty",
        items: .string,
        maximumItems: 20,
        names: .host
    )

    /// The document of the analysis, as older clients send it along.
    static let ignoredByAnalyses: Set<String> = [
        "username", "analysis_id", "index_id", "algorithm",
    ]
}
