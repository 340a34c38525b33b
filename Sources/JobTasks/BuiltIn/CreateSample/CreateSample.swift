import JSON
import JobModel
import Sequences
import SystemPackage

/// Trims reads and keeps them as a sample, with statistics of their quality.
///
/// What is wrong with the reads is found before anything is done with them: trimming tools pass
/// over broken files in silence. No tool sees a raw file, nor a name of a read that is not our own.
package final class CreateSample: JobTask {
    let context: TaskContext
    private(set) var raw = RawReads(lanes: [])
    var survey = SampleSurvey()
    var trimming: Trimming?
    var quality: ReadQuality?
    private(set) var versions: JSONObject = [:]
    /// What is odd about the reads, in sentences for people.
    private(set) var warnings: [String] = []

    package init(context: TaskContext) {
        self.context = context
    }

    package var stages: [TaskStage] {
        [
            TaskStage("mk_sample_dir", makeSampleFolder),
            TaskStage("trim_reads", trimReads),
            TaskStage("save_trimmed", saveTrimmed),
            TaskStage("fastqc", computeQuality),
            TaskStage("parse_fastqc", publish),
            TaskStage("clean_watch", removeRawFiles),
        ]
    }

    /// Nothing: until it is published, a sample is nowhere but in the work folder.
    package func cleanUp() async {}

    /// The sample's folder while it is being made.
    var folder: FilePath { context.work.appending("sample") }

    var key: DataKey {
        let slug = context.args["_id"]?.stringValue.flatMap { Slug.make(of: $0) }
        guard let key = DataKey(.sample, slug ?? context.id.rawValue) else {
            preconditionFailure("a slug and a job's id are ids of data too")
        }
        return key
    }

    var sampleID: String { key.id }

    var sampleName: String { context.args["name"]?.stringValue ?? sampleID }

    /// The raw files' paths below the data folder, as they were given.
    var rawPaths: [String] {
        (context.args["files"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    var isPaired: Bool { raw.isPaired }

    /// Says that something is odd, in the log and in the sample's document.
    func warn(_ sentence: String) {
        warnings.append(sentence)
        context.log("warning: \(sentence)")
    }

    /// What the files of every sample are called.
    static let names = ["reads_1.fastq.gz", "reads_2.fastq.gz"]
}

// MARK: - mk_sample_dir

extension CreateSample {
    private func makeSampleFolder() async throws(TaskFailure) {
        try context.checkPlaceIsFree(key)
        if wantsHost { _ = try context.input(.host) }
        try checkRemoval()
        _ = try TrimmingPlan.adapters(in: context.args, isPaired: nil)
        raw = try RawReads(of: context)
        try context.makeFolder("sample")
        versions = try await context.versions(of: Self.tools)
        survey = try SampleSurvey(of: raw, in: context)
        context.log("\(survey.count) reads in \(rawPaths.joined(separator: ", "))")
        for warning in survey.warnings(about: raw) { warn(warning) }
    }

    private var wantsHost: Bool { context.args["subtraction"]?.stringValue != nil }
}
