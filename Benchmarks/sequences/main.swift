// Measures what Sources/Sequences does; `run.py` builds it and puts its figures beside those of the tools.
import Glibc
import Sequences

func read(_ path: String, piece: Int = 256 << 10) -> [[UInt8]] {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { fatalError("cannot open \(path)") }
    defer { close(file) }
    var pieces: [[UInt8]] = []
    while true {
        let bytes = [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
            count = max(0, Glibc.read(file, buffer.baseAddress, buffer.count))
        }
        if bytes.isEmpty { return pieces }
        pieces.append(bytes)
    }
}

/// The least processor time of some rounds, in seconds: what else runs on the machine only adds.
func measure(_ rounds: Int = 5, _ work: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<rounds {
        let start = processorTime()
        try work()
        best = min(best, processorTime() - start)
    }
    return best
}

func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func report(_ name: String, _ value: some CustomStringConvertible) {
    print("\(name)\t\(value)")
}

func quality(_ path: String) throws -> ReadQuality {
    let pieces = read(path)
    var statistics = QualityStatistics()
    var text = 0
    func pass() throws {
        var reader = FASTQFileReader()
        statistics = QualityStatistics()
        text = 0
        func take(_ bytes: [UInt8], _ record: FASTQRecord) {
            statistics.add(record, of: bytes)
            text += record.whole.count
        }
        for piece in pieces { try reader.read(piece, take) }
        try reader.finish(take)
    }
    let seconds = try measure { try pass() }
    report("seconds", seconds)
    report("MB", Double(text) / 1e6)
    report("MB/s", Double(text) / 1e6 / seconds)
    return ReadQuality(statistics)
}

func tell(_ quality: ReadQuality) {
    report("count", quality.count)
    report("encoding", quality.encoding.rawValue)
    report("length", "\(quality.length.lowerBound)-\(quality.length.upperBound)")
    report("gc", quality.gc)
    for cycle in quality.bases {
        report("cycle", cycle.numbers.map(\.description).joined(separator: "\t"))
    }
    for cycle in quality.composition {
        report("composition", cycle.numbers.map(\.description).joined(separator: "\t"))
    }
    report("sequences", quality.sequences.map(\.description).joined(separator: "\t"))
}

func sam(_ path: String) throws {
    let pieces = read(path)
    let size = pieces.reduce(0) { $0 + $1.count }
    var matrix = PathoscopeMatrix()
    var reader = SAMReader()
    var scores = 0
    let parse = try measure {
        reader = SAMReader()
        scores = 0
        for piece in pieces { try reader.read(piece) { if $1.isMapped { scores += $1.score } } }
        try reader.finish()
    }
    let fill = try measure {
        reader = SAMReader()
        matrix = PathoscopeMatrix()
        for piece in pieces { try reader.read(piece) { matrix.add($1, of: $0) } }
        try reader.finish()
    }
    report("MB", Double(size) / 1e6)
    report("lines", reader.lines)
    report("scores", scores)
    report("MB/s", Double(size) / 1e6 / parse)
    report("MB/s into the matrix", Double(size) / 1e6 / fill)
    let names = (0..<reader.references.count).map { reader.references[$0] }
    let references = names.map { PathoscopeReference(name: $0, length: 10_000) }
    var result = PathoscopeResult()
    report("reassignment, seconds", measure { result = matrix.reassign(among: references) })
    tell(result, references)
}

func tell(_ result: PathoscopeResult, _ references: [PathoscopeReference]) {
    report("reads", result.readCount)
    report("uncertain", result.uncertainCount)
    report("iterations", result.iterations)
    for hit in result.hits.prefix(20) {
        report(references[hit.reference].name, "\(hit.final.pi)\t\(hit.final.reads)")
    }
}

/// A number that looks like chance, the same in each run.
struct Chance {
    var state: UInt64 = 11

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}

func reassignment(fragments: Int, alignments: Int) {
    var chance = Chance()
    var matrix = PathoscopeMatrix()
    let references = (0..<200).map { PathoscopeReference(name: "sequence_\($0)", length: 9000) }
    for number in 0..<alignments {
        // Each fragment has an alignment, and all are spread over viruses of ten isolates each.
        let fragment = number < fragments ? number : chance.below(fragments)
        let virus = (fragment &* 7919) % 20
        let key = Array("INSTRUMENT:1:FLOWCELL:1:1101:\(fragment):2000".utf8)
        matrix.add(
            read: 0..<key.count,
            of: key,
            reference: virus * 10 + chance.below(10),
            position: chance.below(8850),
            span: 150,
            score: 300 + chance.below(150)
        )
    }
    var result = PathoscopeResult()
    report("seconds", measure { result = matrix.reassign(among: references) })
    tell(result, references)
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "quality": tell(try quality(arguments[2]))
case "sam": try sam(arguments[2])
case "reassignment": reassignment(fragments: 62_000, alignments: 286_000)
default: print("usage: sequences-benchmark quality FASTQ | sam SAM | reassignment")
}
