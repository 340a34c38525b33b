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
        case .snap: Self.snap("virus", inputs.readNames, inputs.readLengths, threads)
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
                ["-d", "7", "-D", "2", "-om", "2", "-omax", "50"]
            )
        }
    }

    /// Maps the reads that fit an isolate to a host, by its number.
    func mapHost(_ number: Int, _ inputs: AnalysisInputs, threads: Int) -> [String] {
        let host = inputs.hostIndexes[number]
        switch self {
        case .bowtie:
            return host.command(threads)
                // The usual least score is more than reads of 22 bases can have.
                + (inputs.areTiny ? Self.sensitive(inputs) : ["--local", "-N", "0"])
                + ["-x", host.base, "-U", Self.mappedReads]
        case .snap:
            return Self.snap(
                AnalysisInputs.hostName(number),
                [Self.mappedReads],
                inputs.readLengths,
                threads
            )
        }
    }

    /// Refuses reads that the aligner would pass over.
    ///
    /// - Parameter inputs: What is analysed.
    /// - Throws: That they are too short.
    func check(_ inputs: AnalysisInputs) throws(TaskFailure) {
        let lengths = inputs.readLengths
        guard self == .snap, lengths.lowerBound < Self.snapWord, lengths.upperBound < 50 else {
            return
        }
        throw .task(
            "the \(inputs.sample.key) has reads of \(lengths.lowerBound) to \(lengths.upperBound) bases, "
                + "and SNAP aligns none of less than \(Self.snapWord): use pathoscope_bowtie"
        )
    }

    /// How long the words are that SNAP finds reads by.
    private static let snapWord = 24

    /// How reads are mapped that may be of a virus.
    ///
    /// The least score grows with the logarithm of a read's length, as the best score that chance makes does. So strains of
    /// 80 % identity are found, whose reads never have a score that is a share of the best one. Of less than 35 bases
    /// they need nearly all that they can have to be told from chance.
    private static func sensitive(_ inputs: AnalysisInputs) -> [String] {
        let least = inputs.readLengths.lowerBound < 35 ? "L,20,1.0" : "G,20,10"
        return ["--local", "--score-min", least, "-N", "0", "-L", "15"]
    }

    /// How they are mapped to the few viruses that may be there: shorter words find more of a strain that is far from
    /// all isolates, and among few sequences they cost little.
    private static func mostSensitive(_ inputs: AnalysisInputs) -> [String] {
        guard inputs.readLengths.lowerBound >= 35 else { return sensitive(inputs) }
        return sensitive(inputs).dropLast() + ["12", "-i", "S,1,0.5", "-D", "20"]
    }

    private static func snap(
        _ index: String,
        _ reads: [String],
        _ lengths: ClosedRange<Int>,
        _ threads: Int,
        _ options: [String] = []
    ) -> [String] {
        // Reads of less than 50 bases would be passed over. Threads are not bound to cores: two jobs would share
        // the first ones.
        ["snap-aligner", "single", index] + reads
            + ["-mrl", "\(min(50, max(lengths.lowerBound, snapWord)))"]
            + ["-t", "\(min(threads, 100))", "-b-"] + options + ["-o", "-sam", "-"]
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
