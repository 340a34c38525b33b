import JSON
import JobModel
import Sequences
import SystemPackage

/// A contig that looks like a virus, with what is known that is near to it.
struct ReportedContig {
    let contig: CodingContig
    var nearest: NearestSequence?
    /// How many reads it was made of.
    var reads = 0
    /// How many reads lie over a base, on average.
    var depth = 0.0
}

extension NuVs {
    private static let reportedFile = "reported.fa"

    /// Finds for each contig that is reported the known sequence that is nearest.
    func compareWithKnown() async throws(TaskFailure) {
        let queries = Set(hits.map(\.query))
        reported = contigs.filter { contig in
            contig.frames.indices.contains { queries.contains(contig.name(of: $0)) }
        }.map { ReportedContig(contig: $0) }
        guard !reported.isEmpty else { return }
        let fasta = reported.enumerated().flatMap { number, reported in
            Array(">\(number)\n".utf8) + reported.contig.sequence + [UInt8(ascii: "\n")]
        }
        try context.write(fasta, to: Self.reportedFile)
        try await context.run(
            // The newer form of its databases does not fit every file system.
            Tool([
                "makeblastdb", "-in", Self.isolates, "-dbtype", "nucl", "-out", "isolates/blast",
                "-blastdb_version", "4",
            ])
        )
        // Word size and scores find what differs in every fourth base.
        var search = Tool([
            "blastn", "-task", "blastn", "-query", Self.reportedFile, "-db", "isolates/blast",
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
        for index in reported.indices {
            reported[index].nearest = NearestSequence.choose(
                among: byContig["\(index)"] ?? [],
                length: reported[index].contig.sequence.count,
                known: known
            )
        }
    }

    /// Maps the reads that were assembled back to the contigs that are reported.
    func measureDepths() async throws(TaskFailure) {
        guard !reported.isEmpty else { return }
        try context.makeFolder("depths")
        try await context.buildBowtieIndex(
            of: Self.reportedFile,
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
            guard let place = Int(names[number]), reported.indices.contains(place) else {
                throw .task("\(names[number]) is in the alignments, but no contig")
            }
            reported[place].reads = sum.reads
            reported[place].depth =
                Double(sum.bases) / Double(max(reported[place].contig.sequence.count, 1))
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
