import JobModel
import Sequences
import SystemPackage

extension NuVs {
    private static let contigsFile = "spades/contigs.fasta"
    /// Shorter contigs say little; viroids, which code for nothing, have 250 bases and more.
    private static let leastLength = 200

    func assemble() async throws(TaskFailure) {
        guard readCount > 0 else {
            context.log("no reads are left: there is nothing to assemble")
            return
        }
        var sizes = lengths.words
        while !sizes.isEmpty {
            do {
                try await context.run(assembler(sizes))
                try checkAssembly()
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
        context.log("the reads are too few, too different or too uncertain to make contigs of")
    }

    private var assembly: FilePath { context.work.appending("spades") }

    /// The files of the reads that are assembled.
    var assembledFiles: [String] {
        inputs.readNames.count == 2 ? ["unmapped_1.fq", "unmapped_2.fq"] : [Self.unmapped]
    }

    private func assembler(_ sizes: [Int]) -> Tool {
        let files = assembledFiles
        let input = files.count == 2 ? ["-1", files[0], "-2", files[1]] : ["-s", files[0]]
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
        return spades
    }

    /// Reads of a few fragments only, such as those of an amplicon, make no contig, or none that SPAdes keeps: it
    /// comes to its end all the same, with an empty file or without one.
    private func checkAssembly() throws(TaskFailure) {
        if (Files.size(of: context.work.pushing(FilePath(Self.contigsFile))) ?? 0) > 0 { return }
        let hint = context.spaceHint
        guard hint.isEmpty, assemblerLog.contains("SPAdes pipeline finished") else {
            throw .task(
                "spades.py ended without an error, but neither with contigs nor with the word that it "
                    + "has finished\(hint)"
            )
        }
        context.log("the reads came from too few fragments to make contigs of")
    }

    /// Whether the assembler gave up because nothing overlaps, which is a result and not an error.
    private var hasTooFewReads: Bool {
        let log = assemblerLog
        // The latter if no read has a word of nothing but A, C, G and T.
        return ["Invalid kmer coverage histogram", "No kmers were extracted from reads"]
            .contains { log.contains($0) }
    }

    private var assemblerLog: String {
        let log = try? Files.read(assembly.appending("spades.log"), limit: 1 << 30)
        return String(decoding: log ?? [], as: UTF8.self)
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
        guard !frames.isEmpty else {
            if contig.sequence.count >= Self.leastLength { unlikeContigs.append(contig.sequence) }
            return
        }
        contigs.append(
            CodingContig(index: contigs.count, sequence: contig.sequence, frames: frames)
        )
    }
}
