import Mongo
import TestSupport
import Testing

@Suite("BSON")
struct BSONTests {
    /// Bytes as the specification and its corpus of tests have them.
    static let vectors: [(BSONDocument, String)] = [
        ([:], "05 00 00 00 00"),
        (
            ["hello": "world"],
            """
            16 00 00 00 02 68 65 6c 6c 6f 00 06 00 00 00 77 6f 72 6c 64 00 00
            """
        ),
        (
            ["BSON": ["awesome", 5.05, .int32(1986)]],
            """
            31 00 00 00 04 42 53 4f 4e 00 26 00 00 00 02 30 00 08 00 00 00 61 77 65 73 6f 6d 65 00
            01 31 00 33 33 33 33 33 33 14 40 10 32 00 c2 07 00 00 00 00
            """
        ),
        (["b": true], "09 00 00 00 08 62 00 01 00"),
        (["a": .int64(-1)], "10 00 00 00 12 61 00 ff ff ff ff ff ff ff ff 00"),
        (["i": .int32(.min)], "0c 00 00 00 10 69 00 00 00 00 80 00"),
        (["a": nil], "08 00 00 00 0a 61 00 00"),
        (["a": .minKey], "08 00 00 00 ff 61 00 00"),
        (["a": .maxKey], "08 00 00 00 7f 61 00 00"),
        (
            ["a": .dateTime(milliseconds: 1_356_351_330_501)],
            "10 00 00 00 09 61 00 c5 d8 d6 cc 3b 01 00 00 00"
        ),
        (
            ["a": .timestamp(seconds: 123_456_789, increment: 42)],
            "10 00 00 00 11 61 00 2a 00 00 00 15 cd 5b 07 00"
        ),
        (
            ["a": .objectID([UInt8](repeating: 0xFF, count: 12))],
            "14 00 00 00 07 61 00 ff ff ff ff ff ff ff ff ff ff ff ff 00"
        ),
        (
            ["x": .binary(subtype: 0x80, bytes: [0xFF, 0xFF])],
            "0f 00 00 00 05 78 00 02 00 00 00 80 ff ff 00"
        ),
        (
            ["a": .regex(pattern: "abc", options: "im")],
            "0f 00 00 00 0b 61 00 61 62 63 00 69 6d 00 00"
        ),
        (["a": .other(type: 0x06, bytes: [])], "08 00 00 00 06 61 00 00"),
        (
            ["a": .other(type: 0x0E, bytes: [2, 0, 0, 0, 0x62, 0])],
            "0e 00 00 00 0e 61 00 02 00 00 00 62 00 00"
        ),
        (
            ["": ["a": "\u{0}\u{E9}"]],
            "17 00 00 00 03 00 10 00 00 00 02 61 00 04 00 00 00 00 c3 a9 00 00 00"
        ),
        (
            ["d": .decimal128([UInt8](repeating: 0, count: 14) + [0x40, 0xB0])],
            "18 00 00 00 13 64 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 40 b0 00"
        ),
    ]

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        hexadecimal.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
    }

    @Test("Documents have the bytes of the specification", arguments: vectors.indices)
    func vector(index: Int) throws {
        let (document, hexadecimal) = Self.vectors[index]
        let bytes = Self.bytes(hexadecimal)
        #expect(document.bytes == bytes)
        let read = BSONDocument(bytes: bytes)
        try read.check()
        #expect(BSONDocument(try read.fields()) == document)
        #expect(Array(read).map(\.key) == Array(document).map(\.key))
        for (key, value) in document { #expect(read[key] == value) }
    }

    @Test("The writer writes in place what literals say")
    func writer() throws {
        let written = BSONDocument { writer in
            writer.append("a", for: "text")
            writer.append(7, for: "small")
            writer.append(1 << 40, for: "large")
            writer.append(Int64(7), for: "wide")
            writer.append(documentFor: "inner") { $0.append(true, for: "yes") }
            writer.append(arrayOf: [1.5, 2.5], for: "list") { $0.append($1, for: $2) }
            writer.append(milliseconds: -1, for: "date")
            writer.appendNull(for: "none")
        }
        #expect(
            written == [
                "text": "a", "small": .int32(7), "large": .int64(1 << 40), "wide": 7,
                "inner": ["yes": true], "list": [1.5, 2.5], "date": .dateTime(milliseconds: -1),
                "none": nil,
            ]
        )
        #expect(written["inner"]?.documentValue?["yes"] == true)
        #expect(written["nothing"] == nil)
        #expect(written["small"]?.integerValue == 7)
        #expect(written["list"]?.arrayValue?.last?.numberValue == 2.5)
        #expect(written["date"]?.dateValue == -1)
    }

    @Test("The first field of a name is found, and all are told")
    func duplicates() throws {
        let document = BSONDocument([
            (key: "a", value: 1), (key: "b", value: 2), (key: "a", value: 3),
        ])
        #expect(document["a"] == 1)
        #expect(try document.fields().map(\.value) == [1, 2, 3])
    }

    // MARK: Damaged bytes

    @Test(
        "Damaged documents are refused",
        arguments: [
            "", "00", "04 00 00 00", "05 00 00 00 01", "06 00 00 00 00", "05 00 00 00 00 00",
            "ff ff ff ff 00", "00 00 00 80 00",
            "08 00 00 00 08 62 00 00",  // a boolean without its byte
            "09 00 00 00 08 62 00 02 00",  // a boolean that is 2
            "08 00 00 00 42 62 00 00",  // no such type
            "07 00 00 00 0a 61 00",  // a name without its zero
            "0d 00 00 00 02 61 00 00 00 00 00 00 00",  // a string of length 0
            "0d 00 00 00 02 61 00 ff ff ff ff 00 00",  // a string of negative length
            "0e 00 00 00 02 61 00 02 00 00 00 62 63 00",  // a string without its zero
            "0e 00 00 00 02 61 00 09 00 00 00 62 00 00",  // a string that leads out
            "0e 00 00 00 02 61 00 02 00 00 00 e9 00 00",  // a string that is not UTF-8
            "0e 00 00 00 02 e9 00 02 00 00 00 62 00 00",  // a name that is not UTF-8
            "0d 00 00 00 03 61 00 06 00 00 00 00 00",  // a document that leads out
            "0d 00 00 00 03 61 00 04 00 00 00 00 00",  // a document shorter than its length
            "0d 00 00 00 05 61 00 ff ff ff 7f 00 00",  // binary data of two gigabytes
            "0c 00 00 00 0b 61 00 61 62 63 64 00",  // a pattern without options
        ]
    )
    func damaged(hexadecimal: String) {
        let document = BSONDocument(bytes: Self.bytes(hexadecimal))
        #expect(throws: BSONError.self) { try document.check() }
        _ = Array(document)
        _ = document["a"]
    }

    @Test(
        "What is nested too deep is refused instead of filling the stack",
        arguments: [true, false]
    )
    func depth(inArrays: Bool) throws {
        func nested(_ levels: Int) -> BSONDocument {
            (1..<levels).reduce([:]) { inner, _ in
                inArrays
                    ? ["0": .array(inner.map { $0.value })] : ["x": .document(inner)]
            }
        }
        try nested(180).check()
        let deep = inArrays ? Self.deepArrays(5000) : nested(300)
        #expect(throws: BSONError.self) { try deep.check() }
        _ = Array(deep)
        _ = deep["0"]
    }

    /// Arrays within arrays, byte for byte, without anything that itself would nest.
    static func deepArrays(_ levels: Int) -> BSONDocument {
        var bytes: [UInt8] = [5, 0, 0, 0, 0]
        for _ in 0..<levels {
            let length = UInt32(bytes.count + 8)
            bytes =
                (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
                + [0x04, 0x30, 0] + bytes + [0]
        }
        return BSONDocument(bytes: bytes)
    }

    @Test("Bytes of chance never trap")
    func randomBytes() {
        var generator = SeededGenerator(seed: 17)
        for _ in 0..<20_000 {
            let count = Int.random(in: 5...60, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            bytes.replaceSubrange(0..<4, with: [UInt8(count), 0, 0, 0])
            bytes[count - 1] = 0
            exercise(BSONDocument(bytes: bytes))
        }
    }

    @Test("Documents with bytes changed, or cut short, never trap")
    func mutations() {
        var generator = SeededGenerator(seed: 19)
        let whole = BSONDocument { writer in
            for (index, vector) in Self.vectors.enumerated() {
                writer.append(vector.0, for: "v\(index)")
                for (key, value) in vector.0 { writer.append(value, for: key + "\(index)") }
            }
        }
        for _ in 0..<5000 {
            var bytes = whole.bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            exercise(BSONDocument(bytes: bytes))
            exercise(
                BSONDocument(
                    bytes: Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
                )
            )
        }
    }

    /// Reads all that can be read, and writes it again; what passes the check keeps all its fields.
    private func exercise(_ document: BSONDocument) {
        let isWhole = (try? document.check()) != nil
        let again = BSONDocument(document.map { (key: $0.key, value: $0.value) })
        if isWhole { #expect(again.map(\.value).count == document.map(\.value).count) }
        for (key, value) in document {
            #expect(document[key] != nil)
            if case .document(let inner) = value { exercise(inner) }
            _ = value.description
        }
    }
}
