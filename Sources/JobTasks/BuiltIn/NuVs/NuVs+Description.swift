import JSON
import JobModel

extension NuVs {
    package static let description = TaskDescription(
        name: "nuvs",
        description: "Find unknown viruses in a sample, by assembly and profiles of proteins",
        resources: Resources(proc: 6, mem: 8),
        arguments: [
            .sample,
            .reference,
            .subtractions,
            ArgumentDescription(
                name: "profiles",
                type: .path,
                description: "Profiles of families of viral proteins, as HMMER writes them",
                defaultValue: .string(defaultProfiles)
            ),
        ] + ContigVerdict.arguments,
        ignoredArguments: ArgumentDescription.ignoredByAnalyses,
        // Samples of single reads have no pairs to reunite.
        stages: [
            "mk_analysis_dir", "map_viruses", "map_host", "reunite_pairs", "assemble",
            "process_fasta", "vfam", "import_results",
        ]
    )

    package static let tools = [
        "bowtie2-align-s", "bowtie2-build", "spades.py", "hmmpress", "hmmscan", "makeblastdb",
        "blastn",
    ]
}
