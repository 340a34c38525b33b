import JSON
import JobModel

extension CreateSample {
    package static let description = TaskDescription(
        name: "create_sample",
        description: "Trim reads and keep them as a sample, with statistics of their quality",
        resources: Resources(proc: 2, mem: 6),
        arguments: [
            ArgumentDescription(
                name: "name",
                type: .string,
                isRequired: true,
                description: "What the sample is called"
            ),
            ArgumentDescription(
                name: "files",
                type: .list,
                isRequired: true,
                description:
                    "A FASTQ file of reads or two of mates, plain or .gz, below the data folder",
                items: .path,
                maximumItems: 2
            ),
            ArgumentDescription(
                name: "subtraction",
                type: .string,
                description: "The host whose reads are told from a virus's",
                names: .host
            ),
            ArgumentDescription(
                name: "paired",
                type: .boolean,
                description: "Whether the files are mates; must fit their number"
            ),
            ArgumentDescription(
                name: "remove_raw",
                type: .boolean,
                description: "Whether the raw files are removed once the sample is kept",
                defaultValue: false
            ),
            ArgumentDescription(
                name: "_id",
                type: .string,
                description: "Names the sample's folder; the job's id if left out"
            ),
        ],
        // The document of the sample, as older clients send it along.
        ignoredArguments: ["username", "group"],
        stages: [
            "mk_sample_dir", "trim_reads", "save_trimmed", "fastqc", "parse_fastqc", "clean_watch",
        ]
    )

    package static let tools = ["skewer", "gzip"]
}
