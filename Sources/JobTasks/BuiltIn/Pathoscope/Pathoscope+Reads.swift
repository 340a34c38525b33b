import JSON
import Sequences

extension Pathoscope {
    /// Notes for each finding which reads of the sample speak for it, so that they can be handed out.
    func noteReads() throws(TaskFailure) {
        var numbers: [ExactText: [Int32]] = [:]
        for hit in result.hits {
            numbers[ExactText(sequence(hit.reference).virus.id), default: []] += hit.bestReads
        }
        var rest = NotedReads.most
        let file = try OutputFile("analysis/\(NotedReads.file)", in: context)
        for finding in findings {
            let own = numbers[ExactText(finding.virus.id)] ?? []
            let noted = NotedReads(
                virus: finding.virus.id,
                places: own.map { Int(readPlaces[Int($0)]) },
                limit: rest
            )
            rest -= noted.places.count
            var line = noted.line
            try file.write(&line)
        }
    }
}
