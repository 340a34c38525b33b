import Sequences
import Testing

/// Whatever a file holds, it is read or refused, and in the same way from pieces of any size.
@Suite struct ArbitraryBytesTests {
    /// Texts that come near to what is meant: a good one of which some bytes were changed.
    private func texts(near text: String, seed: UInt64) -> [[UInt8]] {
        var generator = Congruential(state: seed)
        let signs = Array(text.utf8) + [0, 0x0D, 0xFF]
        return (0..<80).map { _ in
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = signs.randomElement(using: &generator) ?? 0
                case 1: bytes.remove(at: place)
                default: bytes.insert(signs.randomElement(using: &generator) ?? 0, at: place)
                }
            }
            return bytes
        }
    }

    private func expectSame<Value: Equatable, Failure: Error & Equatable>(
        _ bytes: [UInt8],
        _ read: ([UInt8], Int) throws(Failure) -> Value
    ) {
        func outcome(_ size: Int) -> Result<Value, Failure> {
            do throws(Failure) {
                return .success(try read(bytes, size))
            } catch {
                return .failure(error)
            }
        }
        let whole = outcome(.max)
        for size in [1, 2, 7] { #expect(outcome(size) == whole, "\(text(bytes))") }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func fastq(seed: UInt64) {
        for bytes in texts(near: "@a/1 x\nACGTN\n+\nII!~I\n@b\nAC\n+b\n@+\n@c\n\n+\n\n", seed: seed)
        {
            expectSame(bytes) { bytes, size throws(FASTQError) in try reads(bytes, pieces: size) }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func sam(seed: UInt64) {
        let text = """
            @SQ\tSN:one\tLN:9
            r/1\t0\tone\t11\t42\t2S3M1I2D4M\t*\t0\t0\tACGTACGTAC\tIIIIIIIIII\tAS:i:20\tNM:i:-1
            s\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\tYT:Z:UU

            """
        for bytes in texts(near: text, seed: seed) {
            expectSame(bytes) { bytes, size throws(SAMError) in
                var reader = SAMReader()
                var seen: [String] = []
                for piece in pieces(bytes, of: size) {
                    try reader.read(piece) { bytes, record in
                        let name = String(decoding: bytes[record.name], as: UTF8.self)
                        seen.append("\(name) \(record.position) \(record.score) \(record.cigar)")
                    }
                }
                try reader.finish()
                return seen
            }
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func fasta(seed: UInt64) {
        for bytes in texts(near: ">a b\nACGT\nAC \n\n>c\nNN\n", seed: seed) {
            expectSame(bytes) { bytes, size throws(FASTAError) in
                var reader = FASTARecordReader()
                var records: [FASTARecord] = []
                for piece in pieces(bytes, of: size) {
                    try reader.read(piece) { records.append($0) }
                }
                try reader.finish { records.append($0) }
                return records
            }
        }
    }
}
