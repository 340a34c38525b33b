import Compression
import Testing

@Suite struct FileContentTests {
    // What Python's gzip makes of "@a\nACGT\n+\nIIII\n".
    private static let compressed = bytes(
        hex: "1f8b08000000000002ff7348e47274760fe1d2e6f204022e006b2c2a710f000000"
    )
    private static let text = Array("@a\nACGT\n+\nIIII\n".utf8)

    private func content(_ file: [UInt8], pieces size: Int) throws -> [UInt8] {
        var content = FileContent()
        var all: [UInt8] = []
        for start in stride(from: 0, to: file.count, by: size) {
            content.feed(Array(file[start..<min(start + size, file.count)]))
            while let part = try content.next() { all += part }
        }
        return all + (try content.finish())
    }

    @Test(arguments: [1, 2, 3, 100])
    func isTheSameHoweverItComes(size: Int) throws {
        #expect(try content(Self.compressed, pieces: size) == Self.text)
        #expect(try content(Self.text, pieces: size) == Self.text)
        for short in [[], [0x1F], [0x1F, 0x41], Array("@".utf8)] as [[UInt8]] {
            #expect(try content(short, pieces: size) == short)
        }
    }

    @Test(arguments: 2..<compressed.count)
    func whatIsCutOffIsNotTakenForWhole(length: Int) {
        #expect(throws: GzipError.truncated) {
            try content(Array(Self.compressed.prefix(length)), pieces: 5)
        }
    }
}
