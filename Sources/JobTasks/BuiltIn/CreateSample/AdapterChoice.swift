import JobModel
import Sequences

/// Which adapters are cut: those that the job names, or else those that the reads run into.
///
/// What is sequenced behind a piece is no part of the sample; where all pieces are short and it stays, no read fits
/// a virus, and nothing is found that is there.
struct AdapterChoice {
    /// What the job names.
    private let given: [String]?
    /// The kit whose adapters are cut; nil if the job names others.
    let kit: AdapterKit?
    /// What is odd, in sentences for people.
    private(set) var warnings: [String] = []

    /// Fewer reads that run into an adapter say nothing of the kit.
    private static let least = 0.05
    /// From so many on those who name another adapter may be wrong.
    private static let contradicting = 0.2

    /// Chooses.
    ///
    /// - Parameters:
    ///   - given: What the job names.
    ///   - usual: The kit that such reads are made with as a rule.
    ///   - census: Which adapters the reads run into.
    init(_ given: [String]?, usual: AdapterKit, _ census: AdapterCensus) {
        self.given = given
        let found = census.commonest(least: given == nil ? Self.least : Self.contradicting)
        kit = given == nil ? found ?? usual : nil
        guard let found else { return }
        let told =
            "\(Wording.percent(census.share(of: found))) of the reads run into the adapter of "
            + "\(found.name) (\(found.first))"
        if let given {
            guard !given.contains(where: { Self.areAlike($0, found.first) }) else { return }
            warnings = ["\(told), but args.adapter is \(given.joined(separator: ","))"]
        } else if found != usual {
            warnings = [
                "\(told), which was cut, and not that of \(usual.name); name another in the "
                    + "argument adapter if that is wrong"
            ]
        }
    }

    /// What is cut, of first mates or single reads, and of second mates.
    func sequences(isPaired: Bool, isSmall: Bool) -> [String] {
        if let given { return given }
        guard let kit else { return [] }
        // Kits for small RNA have one 5' adapter, whatever their other is.
        let second = isSmall ? AdapterKit.smallRNA.second : kit.second
        return isPaired ? [kit.first, second] : [kit.first]
    }

    private static func areAlike(_ one: String, _ other: String) -> Bool {
        let length = min(one.utf8.count, other.utf8.count, 12)
        return one.prefix(length) == other.prefix(length)
    }
}

extension TrimmingPlan {
    /// What is odd about what is left of reads, in sentences for people.
    ///
    /// - Parameter ending: What they end in.
    /// - Returns: A sentence for each oddity.
    func warnings(about ending: CommonEnding) -> [String] {
        // Amplicons of several kinds have parts in common that are no adapter.
        guard libraryType != .amplicon else { return [] }
        if let found = ending.find(share: 0.3) {
            return [
                "\(found.reads) of the first \(found.of) reads that are left hold \(found.sequence) behind pieces of "
                    + "many lengths, as they do if it is an adapter: then no such read may fit a virus, and the "
                    + "sample must be made anew with adapter: \(found.sequence)"
            ]
        }
        guard libraryType == .srna, randomBases == 0, ending.share(of: 28...32) >= 0.6 else {
            return []
        }
        return [
            "most reads have 28 to 32 bases, 8 more than the small RNA of plants: if the kit adds 4 random bases at "
                + "both ends, few of them fit a virus, and the sample must be made anew with random_bases: 4"
        ]
    }
}
