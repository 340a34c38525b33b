import JSON
import JobModel

extension AnalysisReport {
    /// The contigs, each called by a name that no other contig of any analysis has.
    var fasta: String {
        var text = ""
        for contig in Contig.all(in: document) where !contig.sequence.isEmpty {
            text += ">\(Self.word(record.key.id))_contig_\(contig.label) \(describe(contig))\n"
            var rest = contig.sequence.utf8.filter { (0x41...0x5A).contains($0 & 0xDF) }[...]
            while !rest.isEmpty {
                text += String(decoding: rest.prefix(70), as: UTF8.self) + "\n"
                rest = rest.dropFirst(70)
            }
        }
        return text
    }

    /// What stands behind a contig's name; the page says the same.
    private func describe(_ contig: Contig) -> String {
        var words = ["sample=\(Self.word(sampleID))", "length=\(contig.length)"]
        func add(_ name: String, _ value: String) {
            if !value.isEmpty { words.append("\(name)=\(Self.word(value))") }
        }
        add("reads", Cell(contig.reads).field)
        add("depth", Cell(contig.depth).field)
        if !contig.isLikeVirus { words.append("no_viral_protein") }
        add("verdict", contig.verdict)
        add("nearest", contig.nearest?.id ?? "")
        add("virus", contig.nearest?.virus ?? "")
        add("identity", Cell(contig.nearest?.identity).field)
        return words.joined(separator: " ")
    }

    /// What can stand in the line of a header, without blanks.
    private static func word(_ text: String) -> String {
        var word = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isPlain = (0x21...0x7E).contains(scalar.value) && scalar != ">"
            word.append(isPlain ? scalar : "_")
        }
        return String(word)
    }
}
