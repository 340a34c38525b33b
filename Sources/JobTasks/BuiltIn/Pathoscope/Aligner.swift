import JobModel

/// One of the two aligners, and what each is told.
enum Aligner: String {
    case bowtie = "bowtie2"
    case snap = "SNAP"

    /// Where it finds the index of the isolates.
    private static let isolates = "isolates"
    /// Where it finds the reads that fit an isolate.
    static let mappedReads = "mapped.fastq.gz"

    /// Maps all reads to one isolate of each virus.
    func mapViruses(_ inputs: AnalysisInputs, threads: Int) -> [String] {
        switch self {
        case .bowtie:
            inputs.virusIndex.command(threads) + Self.sensitive(inputs)
                + ["-x", inputs.virusIndex.base, "-U", inputs.readNames.joined(separator: ",")]
        case .snap:
            // Not the words of all places: some reads of a virus are enough.
            Self.snap("virus", inputs.readNames, inputs.readLengths, threads, words: 50)
        }
    }

    /// Maps all reads to all isolates that may be there, to every place that they fit.
    func mapIsolates(
        _ inputs: AnalysisInputs,
        context: TaskContext
    ) throws(TaskFailure) -> [String] {
        switch self {
        case .bowtie:
            guard let index = BowtieIndex("\(Self.isolates)/reference", in: context.work) else {
                throw .task("the index of the isolates is not complete")
            }
            return index.command(context.threads) + Self.mostSensitive(inputs)
                + ["-k", "100", "-x", index.base, "-U", inputs.readNames.joined(separator: ",")]
        case .snap:
            // Each place with up to two differences more than the best, and 50 of them at most.
            return Self.snap(
                Self.isolates,
                inputs.readNames,
                inputs.readLengths,
                context.threads,
                words: inputs.readLengths.upperBound,
                ["-D", "2", "-om", "2", "-omax", "50"]
            )
        }
    }

    /// Maps the reads that fit an isolate to a host, by its number.
    func mapHost(_ number: Int, _ inputs: AnalysisInputs, threads: Int) -> [String] {
        let host = inputs.hostIndexes[number]
        switch self {
        case .bowtie:
            return host.command(threads)
                // The usual least score is more than reads of 21 bases can have.
                + (inputs.hasShortReads ? Self.sensitive(inputs) : ["--local", "-N", "0"])
                + ["-x", host.base, "-U", Self.mappedReads]
        case .snap:
            return Self.snap(
                AnalysisInputs.hostName(number),
                [Self.mappedReads],
                inputs.readLengths,
                threads,
                words: inputs.readLengths.upperBound
            )
        }
    }

    /// Refuses reads that the aligner would pass over.
    ///
    /// - Parameter inputs: What is analysed.
    /// - Throws: That they are too short.
    func check(_ inputs: AnalysisInputs) throws(TaskFailure) {
        let lengths = inputs.readLengths
        guard self == .snap, lengths.lowerBound < Self.snapLeast, lengths.upperBound < 50 else {
            return
        }
        throw .task(
            "the \(inputs.sample.key) has reads of \(lengths.lowerBound) to \(lengths.upperBound) bases, "
                + "and SNAP aligns none of less than \(Self.snapLeast): use pathoscope_bowtie"
        )
    }

    /// Shorter reads SNAP is not told to align: hosts, and references of earlier versions, are indexed by words of that length.
    private static let snapLeast = 24

    /// How reads are mapped that may be of a virus.
    ///
    /// The least score grows with the logarithm of a read's length, as the best score that chance makes does. So strains of
    /// 80 % identity are found, whose reads never have a score that is a share of the best one. Of less than 35 bases
    /// they need nearly all that they can have to be told from chance.
    private static func sensitive(_ inputs: AnalysisInputs) -> [String] {
        let least = inputs.hasShortReads ? "L,20,1.0" : "G,20,10"
        return ["--local", "--score-min", least, "-N", "0", "-L", "15"]
    }

    /// How they are mapped to the few viruses that may be there: shorter words find more of a strain that is far from
    /// all isolates, and among few sequences they cost little.
    ///
    /// So does a difference in a read of small RNA: chance makes one that differs in one base 45 times as often as one that
    /// does not, which is too much among all viruses, but not among those that other reads fit. What else reaches that score
    /// is left out by ``ReadFit``. Words with a difference find them faster than words so short that each read has one
    /// without.
    private static func mostSensitive(_ inputs: AnalysisInputs) -> [String] {
        guard inputs.hasShortReads else {
            return sensitive(inputs).dropLast() + ["12", "-i", "S,1,0.5", "-D", "20"]
        }
        return ["--local", "--score-min", "L,13,1.0", "-N", "1", "-L", "18", "-i", "C,3,0"]
    }

    /// How SNAP is called, with how many words of a read it looks up: those of all places find reads that differ in one base
    /// of ten.
    private static func snap(
        _ index: String,
        _ reads: [String],
        _ lengths: ClosedRange<Int>,
        _ threads: Int,
        words: Int,
        _ options: [String] = []
    ) -> [String] {
        // Reads of less than 50 bases would be passed over. Threads are not bound to cores: two jobs would share
        // the first ones.
        ["snap-aligner", "single", index] + reads
            + ["-mrl", "\(min(50, max(lengths.lowerBound, snapLeast)))"]
            + ["-d", "\(mostDifferences(lengths.upperBound))", "-n", "\(min(max(words, 25), 300))"]
            + ["-t", "\(min(threads, 100))", "-b-"] + options + ["-o", "-sam", "-"]
    }
}

extension Aligner {
    /// How many differences SNAP is to look for: as many as a read may have that reaches the least score.
    private static func mostDifferences(_ length: Int) -> Int {
        let most = (2 * length - ReadFit.leastScore(length: length)) / 8
        // Of longer reads more cost more time than they find.
        return min(max(most, 7), 40)
    }
}

extension BowtieIndex {
    /// The program with what it is always told.
    ///
    /// The program itself, not the script of the name bowtie2, for that one calls a shell.
    func command(_ threads: Int) -> [String] {
        [program, "--wrapper", "basic-0", "-p", "\(threads)", "--reorder"]
    }
}
