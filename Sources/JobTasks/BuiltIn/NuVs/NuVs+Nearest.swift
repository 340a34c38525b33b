import JSON
import JobModel
import Sequences
import SystemPackage

/// A contig with what is known that is near to it.
struct ComparedContig {
    let sequence: [UInt8]
    /// What it may code for, if a protein of that is like a known family's.
    var coding: CodingContig?
    var nearest: NearestSequence?
    /// How many reads it was made of.
    var reads = 0
    /// How many reads lie over a base, on average.
    var depth = 0.0
}

extension NuVs {
    private static let comparedFile = "compared.fa"
    /// Of contigs that look like no virus so many of the longest are compared; a host that is not in the sample's
    /// host makes thousands.
    private static let mostOthers = 1000

    /// Finds for each contig the known sequence that is nearest, whether it looks like a virus or not: what is near
    /// to a known one need not code for a protein, and no profile knows all families.
    func compareWithKnown() async throws(TaskFailure) {
        let queries = Set(hits.map(\.query))
        func isHit(_ contig: CodingContig) -> Bool {
            contig.frames.indices.contains { queries.contains(contig.name(of: $0)) }
        }
        let others = unlikeContigs + contigs.filter { !isHit($0) }.map(\.sequence)
        otherCount = others.count
        compared =
            contigs.filter(isHit).map { ComparedContig(sequence: $0.sequence, coding: $0) }
            + others.enumerated().sorted {
                ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
            }
            .prefix(Self.mostOthers).map { ComparedContig(sequence: $0.element) }
        guard !compared.isEmpty else { return }
        let fasta = compared.enumerated().flatMap { number, contig in
            Array(">\(number)\n".utf8) + contig.sequence + [UInt8(ascii: "\n")]
        }
        try context.write(fasta, to: Self.comparedFile)
        try await context.run(
            // The newer form of its databases does not fit every file system.
            Tool([
                "makeblastdb", "-in", Self.isolates, "-dbtype", "nucl", "-out", "isolates/blast",
                "-blastdb_version", "4",
            ])
        )
        // Word size and scores find what differs in every fourth base.
        var search = Tool([
            "blastn", "-task", "blastn", "-query", Self.comparedFile, "-db", "isolates/blast",
            "-evalue", "1e-5", "-dust", "no", "-num_threads", "\(context.threads)", "-outfmt",
            BLASTTable.format,
        ])
        search.output = .file(context.work.appending("nearest.tsv"))
        try await context.run(search)
        let table: [BLASTHit]
        do {
            table = try BLASTTable.read(
                Files.read(context.work.appending("nearest.tsv"), limit: 1 << 30)
            )
        } catch {
            throw .task("the table of blastn cannot be read: \(error)")
        }
        let byContig = Dictionary(grouping: table, by: \.query)
        for index in compared.indices {
            compared[index].nearest = NearestSequence.choose(
                among: byContig["\(index)"] ?? [],
                length: compared[index].sequence.count,
                known: known
            )
        }
    }

    /// Maps the reads that were assembled back to the contigs.
    func measureDepths() async throws(TaskFailure) {
        guard !compared.isEmpty else { return }
        try context.makeFolder("depths")
        try await context.buildBowtieIndex(
            of: Self.comparedFile,
            as: "depths/reference",
            isWholeStage: false
        )
        guard let index = BowtieIndex("depths/reference", in: context.work) else {
            throw .task("the index of the contigs is not complete")
        }
        let (collector, names) = try await context.map(
            index.command(context.threads) + ["-k", "1"] + lengths.mapping
                + ["-x", index.base, "-U", assembledFiles.joined(separator: ",")],
            reads: readCount,
            into: DepthCollector()
        )
        for (number, sum) in collector.sums {
            guard let place = Int(names[number]), compared.indices.contains(place) else {
                throw .task("\(names[number]) is in the alignments, but no contig")
            }
            compared[place].reads = sum.reads
            compared[place].depth =
                Double(sum.bases) / Double(max(compared[place].sequence.count, 1))
        }
    }
}

/// How many reads lie on each reference, and how many of its bases under them.
private struct DepthCollector: AlignmentCollector {
    private(set) var sums: [Int: (reads: Int, bases: Int)] = [:]

    mutating func add(_ record: SAMRecord, of bytes: [UInt8]) {
        guard record.isMapped, let reference = record.reference else { return }
        let sum = sums[reference] ?? (0, 0)
        sums[reference] = (sum.reads + 1, sum.bases + record.cigar.span)
    }
}
