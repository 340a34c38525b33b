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
                    "A FASTQ file of reads, or two of mates for each lane (R1, R2, R1, R2), "
                    + "plain or .gz, below the data folder",
                items: .path,
                maximumItems: 128
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
                description: "Whether the files are mates; must fit their number. "
                    + "Several files of single reads need false"
            ),
            ArgumentDescription(
                name: "interleaved",
                type: .boolean,
                description: "Whether mates follow each other in each file",
                defaultValue: false
            ),
            ArgumentDescription(
                name: "library_type",
                type: .string,
                description: "What the reads were made of: normal, small RNA (srna) or amplicons",
                defaultValue: .string(LibraryType.normal.rawValue),
                allowedValues: LibraryType.allCases.map { .string($0.rawValue) }
            ),
            ArgumentDescription(
                name: "min_length",
                type: .integer,
                description:
                    "How many bases a read has at least after trimming. If left out: 50, of "
                    + "reads of less than 80 bases 35, of less than 53 two thirds; 18 of small RNA",
                minimum: 15,
                maximum: 1000
            ),
            ArgumentDescription(
                name: "quality",
                type: .integer,
                description:
                    "Up to which quality ends are cut; the mean of a read must be 5 better. "
                    + "If left out: 20, of amplicons 0, which cuts and leaves out nothing",
                minimum: 0,
                maximum: 40
            ),
            ArgumentDescription(
                name: "adapter",
                type: .string,
                description:
                    "The adapter's sequence, or two with a comma between them for first and "
                    + "second mates. If left out: that of the usual kits which the reads run into"
            ),
            ArgumentDescription(
                name: "random_bases",
                type: .integer,
                description:
                    "How many bases are cut off both ends when the adapter is gone, as some kits for "
                    + "small RNA add them (4)",
                defaultValue: 0,
                minimum: 0,
                maximum: 16
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

    package static let tools = ["skewer"]
}
