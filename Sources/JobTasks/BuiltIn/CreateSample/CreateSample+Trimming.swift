import JobModel
import SystemPackage

extension CreateSample {
    func trimReads() async throws(TaskFailure) {
        // Adapters of single reads are cut from their tails; pairs tell where theirs begin.
        var skewer = Tool(
            [
                "skewer", "-m", isPaired ? "pe" : "tail", "-l", "50", "-q", "20", "-Q", "25", "-t",
                "\(context.threads)", "-z", "-o", "reads",
            ] + rawLinks
        )
        skewer.progress = .percentage(pattern: #"\((\d+\.\d+)%\)"#)
        skewer.files = trimmedNames.map { FilePath($0) } + [FilePath(Self.trimLog)]
        // It ends with exit code 0 even if it could not read on.
        skewer.forbidden = ["Malformed fastq", "unexpected end of file", "^[Ee]rror"]
        try await context.run(skewer)
    }

    private static let trimLog = "reads-trimmed.log"

    private var trimmedNames: [String] {
        isPaired
            ? ["reads-trimmed-pair1.fastq.gz", "reads-trimmed-pair2.fastq.gz"]
            : ["reads-trimmed.fastq.gz"]
    }

    func saveTrimmed() async throws(TaskFailure) {
        do {
            try checkCount(in: Files.read(context.work.appending(Self.trimLog)))
            for (made, name) in zip(trimmedNames, Self.names) {
                try Files.move(context.work.appending(made), to: folder.appending(name))
            }
            try Files.move(
                context.work.appending(Self.trimLog),
                to: folder.appending("trim.log")
            )
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("the trimmed reads cannot be moved: \(error)")
        }
    }

    /// Compares what the tool says that it has read with what there is to be read.
    private func checkCount(in log: [UInt8]) throws(TaskFailure) {
        let text = String(decoding: log, as: UTF8.self)
        guard let match = text.firstMatch(of: /(\d+) (reads|read pairs) processed/),
            let count = Int(match.output.1)
        else { throw .task("skewer does not say how many reads it has processed") }
        let expected = isPaired ? rawReads / 2 : rawReads
        guard count == expected else {
            throw .task(
                "skewer ended without an error, but processed \(count) "
                    + "of \(expected) \(match.output.2)"
            )
        }
    }
}
