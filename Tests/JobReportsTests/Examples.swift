import JSON
import JobModel
import JobReports

/// Analyses as tasks write them down.
enum Examples {
    static let hostile = "<script>alert('1')</script> & \"x\" \u{202E}\t=1+1\n\u{0}"
    static let moment = Timestamp(microseconds: 1_700_000_000_000_000)
    static let origin = ReportOrigin(
        program: "jobsync 0.1.0",
        username: "ada",
        moment: moment
    )

    static func record(
        _ kind: DataKind,
        _ id: String,
        _ document: JSONObject,
        created: Timestamp = moment
    ) -> DataRecord {
        guard let key = DataKey(kind, id) else { preconditionFailure("an id of an example") }
        return DataRecord(
            key: key,
            name: id,
            job: "f41e8c",
            username: "grace",
            created: created,
            document: document
        )
    }

    static func finding(
        _ virus: String,
        _ verdict: String,
        name: String? = nil,
        reads: Double = 120
    ) -> JSONValue {
        [
            "virus": ["id": .string(virus), "name": .string(name ?? "Virus \(virus)")],
            "verdict": .string(verdict),
            "reasons": [["code": "supported", "text": "reads lie on 97 % of a sequence"]],
            "reads": .number(reads), "share": 0.01, "breadth": 0.97, "depth": 12.5,
            "sequence": "NC_001367.1", "isolate": ["id": "i", "name": "isolate T-1"],
        ]
    }

    static func hit(_ virus: String, id: String = "NC_001367.1") -> JSONValue {
        [
            "id": .string(id), "definition": "complete genome", "length": 6395,
            "virus": ["id": .string(virus), "name": .string("Virus \(virus)")],
            "isolate": ["id": "i", "name": "isolate T-1", "default": true], "pi": 0.5,
            "reads": 120, "coverage": 0.97, "depth": 12.5, "depths": [0, 1.5, 3, 0],
        ]
    }

    static func pathoscope(
        _ findings: [JSONValue],
        _ diagnosis: [JSONValue],
        sample: String = "leaf"
    ) -> JSONObject {
        [
            "algorithm": "pathoscope_bowtie", "program": "jobsync 0.1.0",
            "sample": ["id": .string(sample), "name": "Spotted leaf"],
            "reference": ["id": "viruses", "name": "Plant viruses", "index": 3],
            "hosts": ["peach"], "sample_reads": 1000, "read_count": 300, "subtracted_count": 12,
            "thresholds": ["least_reads": 10], "tools": ["bowtie2-align-s": "2.5.0"],
            "findings": .array(findings), "diagnosis": .array(diagnosis),
        ]
    }

    static let sample = record(
        .sample,
        "leaf",
        [
            "paired": true, "raw_files": ["run/leaf_1.fastq.gz"], "warnings": [],
            "trimming": [
                "library_type": "normal", "min_length": 50, "quality": 20, "mean_quality": 25,
                "adapter": .null,
            ],
            "trimmed": ["raw_reads": 2200, "kept_reads": 2000],
            "quality": ["count": 2000, "length": [50, 100]], "tools": ["skewer": "0.2.2"],
        ]
    )

    static func text(_ document: JSONObject, _ format: ReportFormat) -> String? {
        AnalysisReport(record(.analysis, "f41e8c", document), sample: sample, origin: origin)
            .rendition(as: format)?.text
    }
}
