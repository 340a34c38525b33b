import JobModel
import Sequences
import SystemPackage

extension CreateSample {
    func computeQuality() async throws(TaskFailure) {
        guard let statistics = trimming?.statistics, let first = statistics.first else {
            preconditionFailure("the stages run in order")
        }
        let quality =
            isPaired
            ? ReadQuality(first, statistics[1], encoding: .sanger)
            : ReadQuality(first, encoding: .sanger)
        self.quality = quality
        context.log("\(quality.count) of \(survey.count) reads are left after trimming")
    }

    func publish() async throws(TaskFailure) {
        try context.publish(
            key,
            name: sampleName,
            uses: context.inputs[.host].map { [$0.key] } ?? [],
            document: try makeDocument(),
            folder: folder
        )
    }
}
