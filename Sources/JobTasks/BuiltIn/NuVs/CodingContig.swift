import Sequences

/// A contig that may code for proteins.
struct CodingContig {
    /// Its number among those, from 0, in the assembler's order.
    let index: Int
    let sequence: [UInt8]
    let frames: [OpenReadingFrame]

    /// The proteins as FASTA; their names tell where they come from.
    var fasta: [UInt8] {
        frames.enumerated().flatMap { number, frame in
            Array(">\(name(of: number))\n".utf8) + frame.protein + [UInt8(ascii: "\n")]
        }
    }

    /// What a protein is called in the table of hits.
    func name(of frame: Int) -> String { "sequence_\(index).\(frame)" }
}
