import JSON
import JobModel

extension AddHost {
    package static let description = TaskDescription(
        name: "add_host",
        description: "Index a host genome, so that its reads can be told from a virus's",
        resources: Resources(proc: 1, mem: 4),
        arguments: [
            ArgumentDescription(
                name: "_id",
                type: .string,
                description: "The host's name, such as Prunus persica; the job's id if left out"
            ),
            ArgumentDescription(
                name: "file",
                type: .path,
                isRequired: true,
                description:
                    "The genome as FASTA, plain or compressed with gzip, below the data folder"
            ),
            ArgumentDescription(
                name: "description",
                type: .string,
                description: "A common name or a remark",
                defaultValue: ""
            ),
        ],
        // The document of the host, as older clients send it along.
        ignoredArguments: ["added", "job", "username", "_version"],
        stages: ["mk_host_dir", "stats", "bowtie_build", "snap_build", "update_db"]
    )

    package static let tools = ["bowtie2-build", "snap-aligner"]
}
