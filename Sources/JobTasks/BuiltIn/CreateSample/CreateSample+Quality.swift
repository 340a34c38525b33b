import JobModel
import Sequences
import SystemPackage

extension CreateSample {
    func computeQuality() async throws(TaskFailure) {
        guard try hasReads() else {
            throw .task(
                "no read is left after trimming: all \(rawReads) are too short or of low quality"
            )
        }
        var first = QualityStatistics()
        var second = QualityStatistics()
        try trimmed.read(in: context) { mate, bytes, record in
            switch mate {
            case .first: first.add(record, of: bytes)
            case .second: second.add(record, of: bytes)
            }
        }
        let quality = isPaired ? ReadQuality(first, second) : ReadQuality(first)
        self.quality = quality
        context.log("\(quality.count) of \(rawReads) reads are left after trimming")
    }

    /// Whether there is a first read.
    private func hasReads() throws(TaskFailure) -> Bool {
        do {
            var reader = FASTQFileReader()
            let pieces = try FilePieces(of: trimmed.files[0].path)
            while reader.count == 0, let piece = try pieces.next() {
                try reader.read(piece) { _, _ in }
            }
            return reader.count > 0
        } catch {
            throw .task("the trimmed reads cannot be read: \(error)")
        }
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
