import JSON
import Sequences

/// What reads were made of, which says what has to be cut from them.
enum LibraryType: String, CaseIterable {
    /// DNA or RNA in pieces.
    case normal
    /// Small RNA of 20 to 24 bases: all reads run into the adapter.
    case srna
    /// Pieces that were chosen by primers and copied: whole, and good or bad as a whole.
    case amplicon
}

/// How reads are trimmed: as the job says, and otherwise as fits their kind and length.
struct TrimmingPlan {
    let libraryType: LibraryType
    /// Shorter reads are left out, and so are their mates.
    let minimumLength: Int
    /// The ends of reads are cut up to a base of this quality; 0 to leave them.
    let quality: Int
    /// The adapters of first and second mates; none for those of Illumina that the tool knows.
    let adapters: [String]
    /// How many bases are cut off both ends when the adapters are gone.
    let randomBases: Int
    /// What is odd about the adapters that reads run into, in sentences for people.
    let warnings: [String]

    /// Reads whose mean quality is less are left out; 0 for none.
    var meanQuality: Int { quality > 0 ? quality + 5 : 0 }

    /// Plans the trimming of reads.
    ///
    /// - Parameters:
    ///   - args: The job's arguments.
    ///   - isPaired: Whether the reads are mates.
    ///   - longest: The length of the longest read, of mates of the shorter ones' longest.
    ///   - census: Which adapters the reads run into.
    /// - Throws: Which argument does not fit the reads.
    init(
        _ args: JSONObject,
        isPaired: Bool,
        longest: Int,
        adapters census: AdapterCensus
    ) throws(TaskFailure) {
        let type = args["library_type"]?.stringValue.flatMap { LibraryType(rawValue: $0) }
        libraryType = type ?? .normal
        quality = args["quality"]?.integerValue ?? (type == .amplicon ? 0 : 20)
        randomBases = args["random_bases"]?.integerValue ?? 0
        let usual = type == .srna ? AdapterKit.smallRNA : .truSeq
        let choice = AdapterChoice(
            try Self.adapters(in: args, isPaired: isPaired),
            usual: usual,
            census
        )
        warnings = choice.warnings
        // The tool's own are those of the usual kit.
        adapters =
            choice.kit == .truSeq && type != .srna
            ? [] : choice.sequences(isPaired: isPaired, isSmall: type == .srna)
        guard let length = args["min_length"]?.integerValue else {
            minimumLength = Self.minimum(type ?? .normal, longest: longest)
            return
        }
        guard length <= longest else {
            throw .task(
                "args.min_length: is \(length), but the longest \(isPaired ? "mates" : "read") "
                    + "\(isPaired ? "have" : "has") \(longest) bases: nothing would be left"
            )
        }
        minimumLength = length
    }

    /// What is long enough to be told from chance, and not much longer than what good reads come to.
    private static func minimum(_ type: LibraryType, longest: Int) -> Int {
        switch type {
        case .srna: 18
        case .normal where longest >= 80: 50
        case .normal, .amplicon: min(35, max(18, longest * 2 / 3))
        }
    }

    /// Reads the argument `adapter`: a sequence, or two with a comma between them.
    ///
    /// - Parameters:
    ///   - args: The job's arguments.
    ///   - isPaired: Whether there may be two; nil if that is not known yet.
    /// - Returns: The sequences in upper case; nil if there is no such argument.
    /// - Throws: What is no sequence.
    static func adapters(in args: JSONObject, isPaired: Bool?) throws(TaskFailure) -> [String]? {
        guard let text = args["adapter"]?.stringValue else { return nil }
        let parts = text.uppercased().utf8.split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false
        )
        for part in parts {
            guard part.allSatisfy("ACGTURYSWKMBDHVN".utf8.contains), (6...64).contains(part.count)
            else {
                throw .task(
                    "args.adapter: must be a sequence of 6 to 64 bases, or two with a comma between "
                        + "them for first and second mates, and is '\(text)'"
                )
            }
        }
        guard parts.count == 1 || parts.count == 2 && isPaired != false else {
            throw .task(
                "args.adapter: has \(parts.count) sequences; "
                    + (isPaired == false ? "single reads have one" : "mates have one or two")
            )
        }
        return parts.map { String(Substring($0)) }
    }

    /// The command line of the tool, but for its files.
    ///
    /// - Parameters:
    ///   - isPaired: Whether there are mates.
    ///   - threads: How many threads it may use.
    /// - Returns: Its name and its options.
    func command(isPaired: Bool, threads: Int) -> [String] {
        // Adapters of single reads are cut from their tails; pairs tell where theirs begin. It tells progress by
        // the sizes of its files, of which pipes have none.
        [
            "skewer", "-m", isPaired ? "pe" : "tail", "-l", "\(minimumLength + 2 * randomBases)",
            "-q", "\(quality)",
        ]
            + ["-Q", "\(meanQuality)"] + zip(["-x", "-y"], adapters).flatMap { [$0, $1] }
            + ["-f", "sanger", "-t", "\(min(threads, 32))", "--quiet"]
    }

    /// The plan as the sample's document tells it.
    var document: JSONObject {
        var document: JSONObject = [
            "library_type": .string(libraryType.rawValue),
            "min_length": .integer(minimumLength),
            "quality": .integer(quality),
            "mean_quality": .integer(meanQuality),
            "adapter": adapters.isEmpty ? .null : .string(adapters.joined(separator: ",")),
        ]
        if randomBases > 0 { document["random_bases"] = .integer(randomBases) }
        return document
    }
}
