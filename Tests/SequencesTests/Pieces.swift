import Glibc
import Sequences

/// Cuts bytes into pieces, as a file comes.
func pieces(_ bytes: [UInt8], of size: Int) -> [[UInt8]] {
    var rest = bytes[...]
    var pieces: [[UInt8]] = []
    while !rest.isEmpty {
        pieces.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
    }
    return pieces
}

/// Reads a file beside the tests.
func fixture(_ name: String, from path: String = #filePath) -> [UInt8] {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    let file = open("/\(folder)/Fixtures/\(name)", O_RDONLY)
    precondition(file >= 0, "there is no fixture \(name)")
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
        count = read(file, buffer.baseAddress, buffer.count)
    }
}

/// Bytes as they are written in hexadecimal.
func bytes(hex: String) -> [UInt8] {
    let digits = hex.compactMap { $0.hexDigitValue.map { UInt8($0) } }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// A read as strings.
struct Read: Hashable {
    var header: String
    var key: String
    var bases: String
    var qualities: String

    init(_ record: FASTQRecord, of bytes: [UInt8]) {
        header = text(bytes[record.header])
        key = text(bytes[record.key(in: bytes)])
        bases = text(bytes[record.sequence])
        qualities = text(bytes[record.quality])
    }

    init(_ header: String, key: String, _ bases: String, _ qualities: String) {
        self.header = header
        self.key = key
        self.bases = bases
        self.qualities = qualities
    }
}

/// Reads FASTQ, plain or not, in pieces of a size.
func reads(_ bytes: [UInt8], pieces size: Int = .max) throws(FASTQError) -> [Read] {
    var reader = FASTQFileReader()
    var reads: [Read] = []
    for piece in pieces(bytes, of: size) {
        try reader.read(piece) { reads.append(Read($1, of: $0)) }
    }
    try reader.finish { reads.append(Read($1, of: $0)) }
    return reads
}

/// Chance that is the same in each run.
struct Congruential: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
