import JobModel
import Sequences
import SystemPackage

extension NuVs {
    /// Known viruses need not be found anew: reads that fit one are left out.
    func mapViruses() async throws(TaskFailure) {
        unmappedReads = try await keepUnmapped(
            of: inputs.readNames,
            count: inputs.readCount,
            to: inputs.virusIndex,
            in: "unmapped_viruses.fq"
        )
        context.log("\(unmappedReads) of \(inputs.readCount) reads fit no virus")
    }

    func mapHost() async throws(TaskFailure) {
        guard let host = inputs.hostIndex, unmappedReads > 0 else {
            readCount = unmappedReads
            do {
                try Files.move(
                    context.work.appending("unmapped_viruses.fq"),
                    to: context.work.appending(Self.unmapped)
                )
            } catch {
                throw .task("\(Self.unmapped) cannot be made: \(error)")
            }
            return
        }
        readCount = try await keepUnmapped(
            of: ["unmapped_viruses.fq"],
            count: unmappedReads,
            to: host,
            in: Self.unmapped
        )
        context.log("\(readCount) of them do not fit the host")
    }

    static let unmapped = "unmapped_hosts.fq"

    private func keepUnmapped(
        of names: [String],
        count: Int,
        to index: BowtieIndex,
        in file: String
    ) async throws(TaskFailure) -> Int {
        try await context.map(
            index.command(context.threads)
                + ["-k", "1", "--very-fast-local"]
                // The usual least score is more than reads of 22 bases can have.
                + (inputs.areTiny ? ["--score-min", "L,20,1.0", "-L", "15"] : [])
                + ["-x", index.base, "-U"]
                + [names.joined(separator: ",")],
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
