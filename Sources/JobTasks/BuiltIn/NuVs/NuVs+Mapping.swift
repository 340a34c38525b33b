import JobModel
import Sequences
import SystemPackage

extension NuVs {
    /// Known viruses need not be found anew: reads that fit any isolate of one are left out.
    ///
    /// The reference's index has default isolates only, so one of all is made.
    func mapViruses() async throws(TaskFailure) {
        try context.makeFolder("isolates")
        try context.write(known.numberedFASTA, to: Self.isolates)
        try await context.buildBowtieIndex(
            of: Self.isolates,
            as: "isolates/reference",
            isWholeStage: false
        )
        guard let index = BowtieIndex("isolates/reference", in: context.work) else {
            throw .task("the index of the isolates is not complete")
        }
        unmappedReads = try await keepUnmapped(
            of: inputs.readNames,
            count: inputs.readCount,
            to: index,
            in: "unmapped_viruses.fq"
        )
        context.log("\(unmappedReads) of \(inputs.readCount) reads fit no virus")
    }

    func mapHost() async throws(TaskFailure) {
        readCount = unmappedReads
        var file = "unmapped_viruses.fq"
        for (number, host) in inputs.hostIndexes.enumerated() where readCount > 0 {
            let next = "unmapped_host\(number + 1).fq"
            readCount = try await keepUnmapped(of: [file], count: readCount, to: host, in: next)
            context.log("\(readCount) of them do not fit the host \(inputs.hosts[number].key.id)")
            file = next
        }
        do {
            try Files.move(
                context.work.appending(file),
                to: context.work.appending(Self.unmapped)
            )
        } catch {
            throw .task("\(Self.unmapped) cannot be made: \(error)")
        }
    }

    /// All sequences of all isolates.
    static let isolates = "isolates.fa"
    static let unmapped = "unmapped_hosts.fq"

    private func keepUnmapped(
        of names: [String],
        count: Int,
        to index: BowtieIndex,
        in file: String
    ) async throws(TaskFailure) -> Int {
        try await context.map(
            index.command(context.threads)
                + ["-k", "1"] + lengths.mapping
                + ["-x", index.base, "-U", names.joined(separator: ",")],
            reads: count,
            into: UnmappedCollector(file: try OutputFile(file, in: context))
        ).collector.count
    }

    /// The assembler wants pairs: one of which either mate is left is left as a whole.
    func reunitePairs() async throws(TaskFailure) {
        guard readCount > 0 else { return }
        var keys = NameTable()
        try ReadFiles(
            files: [
                ReadFiles.File(path: context.work.appending(Self.unmapped), name: Self.unmapped)
            ]
        ).read(in: context) { _, bytes, record in
            _ = keys.number(record.key(in: bytes), of: bytes)
        }
        let first = try OutputFile("unmapped_1.fq", in: context)
        let second = try OutputFile("unmapped_2.fq", in: context)
        var waiting: (first: [UInt8], second: [UInt8]) = ([], [])
        var count = 0
        var census = ReadCensus(names: keys.count)
        try inputs.reads(in: context).read(
            in: context,
            { mate, bytes, record in
                guard let number = keys.find(record.key(in: bytes), of: bytes) else { return }
                census.add(number, mate)
                count += 1
                switch mate {
                case .first: waiting.first.append(contentsOf: bytes[record.whole])
                case .second: waiting.second.append(contentsOf: bytes[record.whole])
                }
            },
            afterPiece: { () throws(TaskFailure) in
                try first.write(&waiting.first)
                try second.write(&waiting.second)
            }
        )
        try inputs.check(census) { keys[$0] }
        readCount = count
        context.log("\(count / 2) pairs are left")
    }
}

/// Keeps the reads that fit nothing, as FASTQ.
private struct UnmappedCollector: AlignmentCollector {
    let file: OutputFile
    private(set) var count = 0
    private var waiting: [UInt8] = []

    init(file: OutputFile) { self.file = file }

    mutating func add(_ record: SAMRecord, of bytes: [UInt8]) {
        guard !record.isMapped else { return }
        count += 1
        waiting.append(UInt8(ascii: "@"))
        waiting.append(contentsOf: bytes[record.name])
        waiting.append(UInt8(ascii: "\n"))
        waiting.append(contentsOf: bytes[record.sequence])
        waiting.append(contentsOf: [UInt8(ascii: "\n"), UInt8(ascii: "+"), UInt8(ascii: "\n")])
        waiting.append(contentsOf: bytes[record.quality])
        waiting.append(UInt8(ascii: "\n"))
    }

    mutating func flush() throws(TaskFailure) { try file.write(&waiting) }
}
