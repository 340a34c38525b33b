import Sequences

/// Readers of what laboratories bring along and of what tools say of it.
enum FuzzedSequences {
    /// Has all readers read an input: in one piece and in small ones the same must come of it.
    static func take(_ bytes: [UInt8]) {
        let few = Array(bytes.prefix(10_000))
        let pieces = stride(from: 0, to: few.count, by: 7).map {
            Array(few[$0..<min($0 + 7, few.count)])
        }
        for read in [reads, pairs, alignments, records, genome, profiles] {
            let whole = read([few])
            // Of damaged gzip the less text is seen the more comes at once.
            guard !few.starts(with: [0x1F, 0x8B]), read(pieces) != whole else { continue }
            fatalError("what was read depends on the pieces: \(whole)")
        }
        _ = try? HMMERTable.read(bytes)
        for hit in (try? BLASTTable.read(bytes)) ?? [] { precondition(!hit.range.isEmpty) }
        _ = FileFormat(beginning: Array(bytes.prefix(FileFormat.tellingBytes)))
        _ = OpenReadingFrame.find(in: Array(bytes.prefix(1000)))
    }

    private static func outcome<Failure: Error>(_ body: () throws(Failure) -> String) -> String {
        do throws(Failure) {
            return try body()
        } catch {
            return "\(error)"
        }
    }

    /// Reads as `create_sample` takes them in.
    private static func reads(_ pieces: [[UInt8]]) -> String {
        var survey = ReadSurvey()
        var statistics = QualityStatistics()
        var ending = CommonEnding()
        var text: [UInt8] = []
        let said = outcome { () throws(FASTQError) in
            var reader = FASTQFileReader()
            let writer = NormalizedRead(encoding: .sanger)
            func take(_ bytes: [UInt8], _ record: FASTQRecord) {
                survey.add(record, of: bytes)
                statistics.add(record, of: bytes)
                let shortened = record.shortened(by: 4)
                ending.add(shortened, of: bytes)
                var lines: [UInt8] = []
                shortened.write(of: bytes, to: &lines)
                writer.write(record, of: bytes, as: survey.count, to: &text)
            }
            for piece in pieces { try reader.read(piece, take) }
            try reader.finish(take)
            return "\(reader.count)"
        }
        _ = survey.signs.map { QualityEncoding(signs: $0) }
        _ = (ending.find(share: 0.3), survey.adapters.commonest(least: 0))
        if statistics.count > 0 { _ = ReadQuality(statistics) }
        // What went on before an error was found depends on how much came at once.
        let isWhole = Int(said) != nil
        return isWhole ? "\(said) \(survey.seemsInterleaved) \(text.hashValue)" : said
    }

    private static func pairs(_ pieces: [[UInt8]]) -> String {
        outcome { () throws(FASTQError) in
            var reader = InterleavedReader()
            for piece in pieces { try reader.read(piece) { _, _, _ in } }
            try reader.read(nil) { _, _, _ in }
            return "\(reader.count)"
        }
    }

    /// Alignments, and what Pathoscope makes of them.
    private static func alignments(_ pieces: [[UInt8]]) -> String {
        var matrix = PathoscopeMatrix()
        var reader = SAMReader()
        let said = outcome { () throws(SAMError) in
            for piece in pieces {
                try reader.read(piece) { bytes, record in
                    matrix.add(record, of: bytes)
                    matrix.addHost(record, of: bytes)
                }
            }
            try reader.finish()
            return "\(reader.reads)"
        }
        guard Int(said) != nil else { return said }
        let references = (0..<reader.references.count).map {
            PathoscopeReference(name: reader.references[$0], length: 50)
        }
        let before = matrix.reassign(among: references)
        for hit in before.hits {
            precondition(hit.final.pi.isFinite && hit.depth.isFinite && hit.coverage.isFinite)
        }
        matrix.subtractHost()
        return "\(said) \(before) \(matrix.reassign(among: references))"
    }

    private static func records(_ pieces: [[UInt8]]) -> String {
        outcome { () throws(FASTAError) in
            var reader = FASTARecordReader()
            var records: [FASTARecord] = []
            for piece in pieces { try reader.read(piece) { records.append($0) } }
            try reader.finish { records.append($0) }
            return "\(records)"
        }
    }

    private static func genome(_ pieces: [[UInt8]]) -> String {
        outcome { () throws(FASTAError) in
            var reader = GenomeFileReader()
            var text: [UInt8] = []
            for piece in pieces { try reader.read(piece, into: &text) }
            let statistics = try reader.finish(into: &text)
            return "\(statistics) \(text.hashValue)"
        }
    }

    private static func profiles(_ pieces: [[UInt8]]) -> String {
        outcome { () throws(ProfileFileError) in
            var reader = ProfileFileReader()
            var text: [UInt8] = []
            for piece in pieces { try reader.read(piece, into: &text) }
            try reader.finish(into: &text)
            return "\(reader.count) \(text.hashValue)"
        }
    }
}
