import Sequences
import SystemPackage

/// The reads of a sample: one FASTQ file, or two of mates that are read side by side.
struct ReadFiles {
    struct File {
        /// Where it lies.
        let path: FilePath
        /// What people call it.
        let name: String
    }

    let files: [File]

    var isPaired: Bool { files.count == 2 }

    /// Reads all reads.
    ///
    /// - Parameters:
    ///   - context: What is told progress, and is asked whether to stop.
    ///   - handle: Takes each read; reads of mates come in turns, those of each file in order.
    ///   - afterPiece: Called now and then, to write down what was taken.
    /// - Returns: How many reads there are in all files.
    /// - Throws: Which file is not FASTQ or ends too early, and where; which are not mates.
    @discardableResult
    func read(
        in context: TaskContext,
        _ handle: (Mate, [UInt8], FASTQRecord) -> Void,
        afterPiece: () throws(TaskFailure) -> Void = {}
    ) throws(TaskFailure) -> Int {
        if isPaired { return try readMates(in: context, handle, afterPiece: afterPiece) }
        var reader = FASTQFileReader()
        let pieces = try open(.first)
        while let piece = try next(of: pieces, .first) {
            try reading(.first, context) { () throws(FASTQError) in
                try reader.read(piece) { handle(.first, $0, $1) }
            }
            try afterPiece()
            try tell(reader.bytesRead, in: context)
        }
        try reading(.first, context) { () throws(FASTQError) in
            try reader.finish { handle(.first, $0, $1) }
        }
        try afterPiece()
        return reader.count
    }

    private func readMates(
        in context: TaskContext,
        _ handle: (Mate, [UInt8], FASTQRecord) -> Void,
        afterPiece: () throws(TaskFailure) -> Void
    ) throws(TaskFailure) -> Int {
        var reader = MatesReader()
        let first = try open(.first)
        let second = try open(.second)
        while let mate = reader.next {
            let piece = mate == .first ? try next(of: first, mate) : try next(of: second, mate)
            try reading(mate, context) { () throws(FASTQError) in
                if let piece {
                    try reader.read(piece, of: mate) { handle(mate, $0, $1) }
                } else {
                    try reader.finish(mate) { handle(mate, $0, $1) }
                }
            }
            try afterPiece()
            try tell(reader.bytesRead, in: context)
        }
        return 2 * reader.count
    }

    private func tell(_ bytesRead: Int, in context: TaskContext) throws(TaskFailure) {
        let size = files.reduce(0) { $0 + (Files.size(of: $1.path) ?? 0) }
        context.progress(Double(bytesRead) / Double(max(size, 1)))
        try context.checkStopping()
    }

    private func name(_ mate: Mate) -> String { files[mate == .first ? 0 : 1].name }

    private func open(_ mate: Mate) throws(TaskFailure) -> FilePieces {
        do {
            return try FilePieces(of: files[mate == .first ? 0 : 1].path)
        } catch {
            throw .task("\(name(mate)) cannot be read: \(error)")
        }
    }

    private func next(
        of pieces: borrowing FilePieces,
        _ mate: Mate
    ) throws(TaskFailure) -> [UInt8]? {
        do {
            return try pieces.next()
        } catch {
            throw .task("\(name(mate)) cannot be read: \(error)")
        }
    }

    private func reading(
        _ mate: Mate,
        _ context: TaskContext,
        _ body: () throws(FASTQError) -> Void
    ) throws(TaskFailure) {
        do throws(FASTQError) {
            try body()
        } catch {
            // A file that a tool made may be cut off for want of space, and nobody said so.
            let hint = context.spaceHint
            switch error.reason {
            case .missingMate, .otherMate:
                throw .task("\(name(.first)), \(name(.second)): \(error)\(hint)")
            default: throw .task("\(name(mate)): \(error)\(hint)")
            }
        }
    }
}
