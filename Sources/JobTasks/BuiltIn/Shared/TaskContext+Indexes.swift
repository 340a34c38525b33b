import JobModel
import SystemPackage

extension TaskContext {
    /// How many threads a tool may use: at least one, for tools refuse to use none.
    var threads: Int { max(resources.proc, 1) }

    /// Builds bowtie2's index of a FASTA file.
    ///
    /// - Parameters:
    ///   - fasta: The file's path below the work folder.
    ///   - base: What the index's files begin with, below the work folder too.
    ///   - isWholeStage: Whether the stage is done with it.
    /// - Throws: Why there is no whole index.
    func buildBowtieIndex(
        of fasta: String,
        as base: String,
        isWholeStage: Bool = true
    ) async throws(TaskFailure) {
        var build = Tool(["bowtie2-build", "--threads", "\(threads)", "-f", fasta, base])
        // The forward and the mirror index are built one after the other.
        if isWholeStage { build.progress = .counter(prefix: "Getting block ", passes: 2) }
        try await run(build)
        guard BowtieIndex(base, in: work) != nil else {
            throw .task("bowtie2-build ended without an error, but its index is not complete")
        }
    }

    /// Builds SNAP's index of a FASTA file.
    ///
    /// - Parameters:
    ///   - fasta: The file's path below the work folder.
    ///   - folder: The folder of the index, below the work folder too.
    ///   - words: How long the words are that reads are found by; shorter ones find more of a strain that is far from what is known.
    /// - Throws: Why there is no whole index.
    func buildSnapIndex(
        of fasta: String,
        in folder: String,
        words: SnapIndex.Words
    ) async throws(TaskFailure) {
        // No blank after -t, and no more than 100 threads: else it prints its usage.
        var build = Tool([
            "snap-aligner", "index", fasta, folder, "-t\(snapThreads)", "-s", "\(words.rawValue)",
        ])
        build.progress = .marks([
            "Saving genome", "Computing bias table", "Allocating memory", "Building hash tables",
            "Building overflow table", "Saving overflow table", "Index build and save took",
        ])
        build.files = SnapIndex.files.map { FilePath(folder).appending($0) }
        try await run(build)
    }

    /// As many threads as SNAP takes.
    var snapThreads: Int { min(threads, 100) }
}

/// bowtie2's index of some sequences.
struct BowtieIndex {
    /// What the names of its files begin with, as the program is told.
    let base: String
    /// The program that reads it.
    let program: String

    /// Takes an index whose files are all there; nil if one is missing or empty.
    ///
    /// - Parameters:
    ///   - base: What the names of its files begin with.
    ///   - folder: Where that path begins.
    init?(_ base: String, in folder: FilePath) {
        // An index of more than 4 GB has other names, and a program of its own.
        for (suffix, program) in [("bt2", "bowtie2-align-s"), ("bt2l", "bowtie2-align-l")] {
            let isComplete = ["1", "2", "3", "4", "rev.1", "rev.2"].allSatisfy {
                (Files.size(of: folder.pushing(FilePath("\(base).\($0).\(suffix)"))) ?? 0) > 0
            }
            if isComplete {
                self.base = base
                self.program = program
                return
            }
        }
        return nil
    }
}

/// SNAP's index of some sequences.
enum SnapIndex {
    /// How long the words are that reads are found by.
    enum Words: Int {
        /// Of a host, from which reads differ little, and which may be so large that short words are everywhere.
        case ofHost = 24
        /// Of viruses: of 150 bases that differ in one of ten, nine in ten reads have such a word without a difference.
        case ofViruses = 16
    }

    /// Files without which it is not whole; another may be empty.
    static let files = ["Genome", "GenomeIndex", "GenomeIndexHash"]

    /// Whether an index stands in a folder.
    static func isThere(_ folder: FilePath) -> Bool {
        files.allSatisfy { (Files.size(of: folder.appending($0)) ?? 0) > 0 }
    }
}
