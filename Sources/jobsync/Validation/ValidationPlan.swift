/// Which data sets a validation makes: batches of eight samples, each with a reference and a host of its own.
struct ValidationPlan: Hashable, Sendable {
    /// How many samples were sequenced together.
    static let batchSize = 8
    /// Each batch differs from the one before in one of these.
    static let libraries: [Library] = [.pairs, .ribosomal, .singles, .smallRNA]

    /// What the reads of a batch are like.
    enum Library: String, Hashable, Sendable {
        /// 2×150.
        case pairs
        /// The same, half of all reads of ribosomal RNA.
        case ribosomal
        /// Single reads of 100 to 150.
        case singles
        /// 21 to 24 bases before their adapter.
        case smallRNA = "small_rna"

        /// What `make-dataset` is told beside what all are.
        fileprivate var options: [String] {
            switch self {
            case .pairs: ["--strain", "80-95"]
            case .ribosomal: ["--strain", "80-95", "--ribosomal", "0.5"]
            case .singles: ["--strain", "80-95", "--layout", "single"]
            // Of 21 bases at 90 % identity hardly any are like each other.
            case .smallRNA: ["--strain", "95-99", "--small-rna"]
            }
        }
    }

    /// One batch.
    struct Batch: Hashable, Sendable {
        /// From 1.
        let number: Int
        let seed: Int
        let library: Library
        let options: [String]

        /// The reference's, the host's and the folder's name.
        var name: String { "batch\(number)" }
    }

    let batches: [Batch]

    var samples: Int { batches.count * Self.batchSize }

    /// Plans a validation.
    ///
    /// - Parameters:
    ///   - samples: How many there are at least: batches are whole.
    ///   - seed: Other seeds make other data.
    ///   - hop: The share of each sample's reads that go to others of its batch.
    ///   - fragments: Reads or pairs of each sample.
    init(samples: Int, seed: Int, hop: Double, fragments: Int) {
        batches = (0..<(samples + Self.batchSize - 1) / Self.batchSize).map { index in
            let library = Self.libraries[index % Self.libraries.count]
            let seed = seed * 1000 + index
            return Batch(
                number: index + 1,
                seed: seed,
                library: library,
                options: [
                    "--seed", "\(seed)", "--batch", "\(Self.batchSize)", "--hop", "\(hop)",
                    "--fragments", "\(fragments)", "--depth", "5-300", "--alien", "--strains",
                    "--dilution", "1,2.5,5,10,25,50", "--deletion", "--recombinant", "--viroid",
                    "--decoys",
                ] + library.options
            )
        }
    }
}
