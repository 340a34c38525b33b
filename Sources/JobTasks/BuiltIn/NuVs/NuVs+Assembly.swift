import JobModel
import Sequences
import SystemPackage

extension NuVs {
    private static let contigsFile = "spades/contigs.fasta"

    func assemble() async throws(TaskFailure) {
        guard readCount > 0 else {
            context.log("no reads are left: there is nothing to assemble")
            return
        }
        var sizes = Self.sizes(inputs.readLengths.upperBound)
        while !sizes.isEmpty {
            do {
                try await context.run(assembler(sizes))
                return
            } catch .failed where hasTooFewReads {
                // Reads that are hardly longer than the words that they are cut into overlap in
                // none of that size; what smaller ones gave must not be lost for that.
                sizes = sizes.filter { size in
                    sizes.contains { $0 > size && Files.exists(assembly.appending("K\($0)")) }
                }
                try? Files.remove(assembly)
            }
        }
        context.log("the reads are too few, or too different, to make contigs of")
    }

    /// The lengths of words that reads are cut into, which are shorter than the reads.
    private static func sizes(_ longest: Int) -> [Int] {
        longest < 35
            ? [17, 19, 21, 23].filter { $0 < longest } : [21, 33, 55, 75].filter { $0 < longest }
    }

    private var assembly: FilePath { context.work.appending("spades") }

    private func assembler(_ sizes: [Int]) -> Tool {
        let input =
            inputs.readNames.count == 2
            ? ["-1", "unmapped_1.fq", "-2", "unmapped_2.fq"] : ["-s", Self.unmapped]
        var spades = Tool(
            [
                "spades.py", "-t", "\(context.threads)", "-m", "\(max(context.resources.mem, 1))",
                "-k", sizes.map { "\($0)" }.joined(separator: ","), "--phred-offset", "33",
                "--disable-gzip-output", "-o", "spades",
            ] + input
        )
        let steps =
            ["Read error correction", "corrected reads compression"] + sizes.map { "K\($0)" }
            + ["Copy files", "Breaking scaffolds"]
        spades.progress = .marks(steps.map { "===== \($0) finished" })
        spades.files = [FilePath(Self.contigsFile)]
        return spades
    }

    /// Whether the assembler gave up because nothing overlaps, which is a result and not an error.
    private var hasTooFewReads: Bool {
        guard let log = try? Files.read(assembly.appending("spades.log"), limit: 1 << 30)
        else { return false }
        let text = String(decoding: log, as: UTF8.self)
        return text.contains("Invalid kmer coverage histogram")
    }

    func findReadingFrames() async throws(TaskFailure) {
        let file = context.work.pushing(FilePath(Self.contigsFile))
        guard (Files.size(of: file) ?? 0) > 0 else { return }
        var reader = FASTARecordReader()
        do {
            try Files.readPieces(of: file) { piece in
                try reader.read(piece) { addContig($0) }
                try context.checkStopping()
            }
            try reader.finish { addContig($0) }
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("the contigs cannot be read: \(error)")
        }
        // Megabytes that nobody needs any more, perhaps for the hours that follow.
        try? Files.remove(assembly)
        context.log("\(contigCount) contigs, of which \(contigs.count) may code for a protein")
        try context.write(contigs.flatMap(\.fasta), to: Self.candidates)
    }

    private func addContig(_ contig: FASTARecord) {
        contigCount += 1
        let frames = OpenReadingFrame.find(in: contig.sequence)
        guard !frames.isEmpty else { return }
        contigs.append(
            CodingContig(index: contigs.count, sequence: contig.sequence, frames: frames)
        )
    }
}
