import JSON
import JobModel

extension RebuildIndex {
    package static let description = TaskDescription(
        name: "rebuild_index",
        description: "Index the viruses of a reference, so that reads can be mapped to them",
        resources: Resources(proc: 2, mem: 2),
        arguments: [.reference],
        // The document of the index, as older clients send it along.
        ignoredArguments: ["username", "index_id", "index_version", "virus_manifest"],
        stages: ["mk_index_dir", "write_fasta", "bowtie_build", "snap_build", "replace_old"]
    )

    package static let tools = ["bowtie2-build", "snap-aligner"]
}

extension ArgumentDescription {
    /// The reference whose viruses are indexed or looked for.
    static let reference = ArgumentDescription(
        name: "reference",
        type: .string,
        description: "The viruses",
        defaultValue: "viruses",
        names: .reference
    )
}
