import Sequences
import SystemPackage

/// The reads of a sample, or of one lane of it: one FASTQ file of single reads or of pairs that follow each
/// other, or two of mates that are read side by side.
struct ReadFiles: Sendable {
    struct File: Sendable {
        /// Where it lies.
        let path: FilePath
        /// What people call it.
        let name: String
    }

    let files: [File]
    /// Whether mates follow each other in the only file.
    var isInterleaved = false

    var isPaired: Bool { files.count == 2 || isInterleaved }

    /// How many bytes all files have.
    var size: Int { files.reduce(0) { $0 + (Files.size(of: $1.path) ?? 0) } }

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
        let size = size
        return try read(
            watch: context.watch,
            tell: { context.progress(Double($0) / Double(max(size, 1))) },
            handle,
            afterPiece: afterPiece
        )
    }

    /// Reads all reads, in any thread.
    ///
    /// - Parameters:
    ///   - watch: What is asked whether to stop.
    ///   - tell: Called now and then with how many bytes of all files were read.
    ///   - handle: Takes each read; reads of mates come in turns, those of each file in order.
    ///   - afterPiece: Called now and then, to write down what was taken.
    /// - Returns: How many reads there are in all files.
    /// - Throws: Which file is not FASTQ or ends too early, and where; which are not mates.
    func read(
        watch: JobWatch,
        tell: (Int) -> Void,
        _ handle: (Mate, [UInt8], FASTQRecord) -> Void,
        afterPiece: () throws(TaskFailure) -> Void
    ) throws(TaskFailure) -> Int {
        func goOn(_ bytesRead: Int) throws(TaskFailure) {
            try afterPiece()
            tell(bytesRead)
            try watch.checkStopping()
        }
        if files.count == 2 { return try readMates(watch, handle, goOn) }
        if isInterleaved { return try readInterleaved(watch, handle, goOn) }
        var reader = FASTQFileReader()
        let pieces = try open(.first)
        while let piece = try next(of: pieces, .first) {
            try reading(.first, watch) { () throws(FASTQError) in
                try reader.read(piece) { handle(.first, $0, $1) }
            }
            try goOn(reader.bytesRead)
        }
        try reading(.first, watch) { () throws(FASTQError) in
            try reader.finish { handle(.first, $0, $1) }
        }
        try goOn(reader.bytesRead)
        return reader.count
    }

    private func readMates(
        _ watch: JobWatch,
        _ handle: (Mate, [UInt8], FASTQRecord) -> Void,
        _ goOn: (_ bytesRead: Int) throws(TaskFailure) -> Void
    ) throws(TaskFailure) -> Int {
        var reader = MatesReader()
        let first = try open(.first)
        let second = try open(.second)
        while let mate = reader.next {
            let piece = mate == .first ? try next(of: first, mate) : try next(of: second, mate)
            try reading(mate, watch) { () throws(FASTQError) in
                if let piece {
                    try reader.read(piece, of: mate) { handle(mate, $0, $1) }
                } else {
                    try reader.finish(mate) { handle(mate, $0, $1) }
                }
            }
            try goOn(reader.bytesRead)
        }
        return 2 * reader.count
    }

    private func readInterleaved(
        _ watch: JobWatch,
        _ handle: (Mate, [UInt8], FASTQRecord) -> Void,
        _ goOn: (_ bytesRead: Int) throws(TaskFailure) -> Void
    ) throws(TaskFailure) -> Int {
        var reader = InterleavedReader()
        let pieces = try open(.first)
        var isAtEnd = false
        while !isAtEnd {
            let piece = try next(of: pieces, .first)
            isAtEnd = piece == nil
            try reading(.first, watch) { () throws(FASTQError) in try reader.read(piece, handle) }
            try goOn(reader.bytesRead)
        }
        return reader.count
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
        _ watch: JobWatch,
        _ body: () throws(FASTQError) -> Void
    ) throws(TaskFailure) {
        do throws(FASTQError) {
            try body()
        } catch {
            // A file that a tool made may be cut off for want of space, and nobody said so.
            let hint = watch.spaceHint
            switch error.reason {
            case .missingMate, .otherMate:
                throw .task("\(name(.first)), \(name(.second)): \(error)\(hint)")
            default: throw .task("\(name(mate)): \(error)\(hint)")
            }
        }
    }
}
