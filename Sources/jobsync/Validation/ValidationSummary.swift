/// The figures of a validation.
struct ValidationSummary {
    /// What is wanted of the three shares.
    struct Goals {
        static let depth = 20.0
        static let sensitivity = 0.99
        static let falseDiscoveries = 0.01
        static let flagged = 0.95
    }

    /// One line of a table.
    struct Row {
        let name: String
        let share: BinomialShare
    }

    /// One task's figures.
    struct Task {
        let name: String
        /// Of viruses with at least ``Goals/depth`` reads a kilobase, those that were detected.
        let sensitivity: BinomialShare
        /// Of what was reported, what is not there.
        let falseDiscoveries: BinomialShare
        /// Of hopped viruses that the result speaks of, those that it warns of.
        let flagged: BinomialShare
        /// Of hopped viruses of which reads are there, those that the result speaks of.
        let hoppedSeen: BinomialShare
        /// Of the analyses that were made twice, those that were the same.
        let repeated: BinomialShare
        let byChallenge: [(all: Row, deep: BinomialShare)]
        let byDepth: [Row]
        /// From dilutions, by how long reads are.
        let limits: [(name: String, trials: Int, fit: Result<ProbitFit, ProbitFit.Obstacle>)]
        let failures: [AnalysedSample]

        /// Whether all goals are reached; a share of nothing reaches none.
        var reachesGoals: Bool {
            (sensitivity.share ?? 0) >= Goals.sensitivity
                && (falseDiscoveries.share ?? 1) <= Goals.falseDiscoveries
                // Nothing to flag is as good as all flagged.
                && (flagged.share ?? 1) >= Goals.flagged
                && repeated.count == repeated.total && failures.isEmpty
        }
    }

    let tasks: [Task]

    /// Sums up.
    init(_ outcomes: ValidationOutcomes, tasks: [String]) {
        self.tasks = tasks.map { Self.summary(of: $0, outcomes) }
    }

    /// The depths at which a new line begins, in reads a kilobase.
    static let depths: [Double] = [0, 2, 5, 10, Goals.depth, 50, 100]

    private static func summary(of task: String, _ outcomes: ValidationOutcomes) -> Task {
        let detections = outcomes.detections.filter { $0.task == task }
        let absences = outcomes.absences.filter { $0.task == task }
        let analyses = outcomes.analyses.filter { $0.task == task }
        func share(_ some: [DetectionOutcome]) -> BinomialShare {
            BinomialShare(count: some.count(where: \.isDetected), total: some.count)
        }
        let deep = detections.filter { $0.planted.perKilobase >= Goals.depth }
        let reported = detections.count(where: \.isDetected)
        let wrong = absences.count { $0.reported?.isReported == true }
        let hopped = absences.filter { $0.cause == .hopped }
        let seen = hopped.filter { $0.reported != nil }
        let twice = analyses.compactMap(\.isRepeated)
        return Task(
            name: task,
            sensitivity: share(deep),
            falseDiscoveries: BinomialShare(count: wrong, total: reported + wrong),
            flagged: BinomialShare(count: seen.count(where: \.isFlagged), total: seen.count),
            hoppedSeen: BinomialShare(count: seen.count, total: hopped.count),
            repeated: BinomialShare(count: twice.count { $0 }, total: twice.count),
            byChallenge: Self.challenges(of: detections).map { name, some in
                (
                    Row(name: name, share: share(some)),
                    share(some.filter { $0.planted.perKilobase >= Goals.depth })
                )
            },
            byDepth: depths.indices.map { index in
                let low = depths[index]
                let high = index + 1 < depths.count ? depths[index + 1] : .infinity
                return Row(
                    name: high.isFinite ? "\(Int(low)) to \(Int(high))" : "\(Int(low)) and more",
                    share: share(
                        detections.filter { (low..<high).contains($0.planted.perKilobase) }
                    )
                )
            },
            limits: Self.limits(detections),
            failures: analyses.filter { $0.failure != nil }
        )
    }

    /// By challenge, strains also by how near they are; small RNA apart.
    private static func challenges(
        of detections: [DetectionOutcome]
    ) -> [(String, [DetectionOutcome])] {
        func name(_ outcome: DetectionOutcome) -> String {
            var name = outcome.planted.challenge
            if name == "strain", let identity = outcome.planted.identity {
                let low = Int((identity * 100).rounded(.down)) / 5 * 5
                name += ", \(low) to \(low + 5) % identical"
            }
            return outcome.batch.library == .smallRNA ? "\(name) (small RNA)" : name
        }
        return Dictionary(grouping: detections, by: name).sorted { $0.key < $1.key }
    }

    private static func limits(
        _ detections: [DetectionOutcome]
    ) -> [(name: String, trials: Int, fit: Result<ProbitFit, ProbitFit.Obstacle>)] {
        let dilutions = detections.filter { $0.planted.challenge == "dilution" }
        return [("long reads", false), ("small RNA", true)].compactMap { name, isSmall in
            let trials = dilutions.filter { ($0.batch.library == .smallRNA) == isSmall }.map {
                ProbitFit.Trial(dose: $0.planted.perKilobase, isDetected: $0.isDetected)
            }
            guard !trials.isEmpty else { return nil }
            let fit = Result { () throws(ProbitFit.Obstacle) in try ProbitFit(trials) }
            return (name, trials.count, fit)
        }
    }
}
