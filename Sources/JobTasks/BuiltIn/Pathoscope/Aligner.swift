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
            inputs.virusIndex.command(threads) + Self.sensitive
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
            return index.command(context.threads) + Self.sensitive
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
                + (inputs.areTiny ? Self.sensitive : ["--local", "-N", "0"])
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

    private static let sensitive = ["--local", "--score-min", "L,20,1.0", "-N", "0", "-L", "15"]

    /// SNAP's command line.
    ///
    /// It is given compressed files only. In plain ones each of several threads looks for a place of its own to begin
    /// at, which is a read of nothing but A, C, G, T and N; where there is none, it passes over all that is left.
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
