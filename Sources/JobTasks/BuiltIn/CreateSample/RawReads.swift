import Sequences

/// The raw reads of a sample: one lane of a sequencer, or several that are read one after the other.
struct RawReads: Sendable {
    let lanes: [ReadFiles]

    var isPaired: Bool { lanes.first?.isPaired ?? false }

    /// Reads all reads, in any thread.
    ///
    /// - Parameters:
    ///   - watch: What is told progress, and is asked whether to stop.
    ///   - handle: Takes each read with the number of its lane; those of mates come in turns, each in order.
    ///   - afterPiece: Called now and then, to do something with what was taken.
    /// - Returns: How many reads there are in all files.
    /// - Throws: Which file is not FASTQ, and where; which are not mates; that the job shall stop.
    func read(
        watch: JobWatch,
        _ handle: (_ lane: Int, Mate, [UInt8], FASTQRecord) -> Void,
        afterPiece: () throws(TaskFailure) -> Void
    ) throws(TaskFailure) -> Int {
        let sizes = lanes.map(\.size)
        let size = Double(max(sizes.reduce(0, +), 1))
        var count = 0
        for (number, lane) in lanes.enumerated() {
            let before = sizes.prefix(number).reduce(0, +)
            count += try lane.read(
                watch: watch,
                tell: { watch.progress(Double(before + $0) / size) },
                { handle(number, $0, $1, $2) },
                afterPiece: afterPiece
            )
        }
        return count
    }
}
