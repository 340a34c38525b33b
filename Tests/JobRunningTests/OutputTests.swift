import JSON
import JobModel
import JobRunning
import JobTasks
import Testing

@Suite(.timeLimit(.minutes(6)))
struct OutputTests {
    private func logOf(_ script: String) async throws -> String {
        let bench = try Bench(.shell(script))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
        return try bench.log()
    }

    @Test func everyLineHasItsTimeAndStage() async throws {
        let log = try await logOf("echo one; echo two >&2; printf three")
        for line in log.split(separator: "\n").dropLast() {
            #expect(
                line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z work: .*/) != nil,
                "\(line)"
            )
        }
        for word in ["one", "two", "three"] { #expect(log.contains(" work: \(word)\n")) }
        #expect(log.hasSuffix("Z complete\n"))
    }

    @Test func binaryJunkBecomesText() async throws {
        let log = try await logOf(
            #"printf '\377\376\000\001ok\033[31mred\033[0m\a\n'; head -c 100000 /dev/urandom; echo; echo last"#
        )
        #expect(log.contains("ok\u{1B}[31mred\u{1B}[0m\n"))
        #expect(log.contains(" work: last\n"))
        let controls = log.unicodeScalars.filter {
            $0.value < 0x20 && !["\n", "\t", "\u{1B}"].contains($0)
        }
        #expect(controls.isEmpty)
    }

    @Test("Colours stay, end with their line, and are the only sequences that do")
    func colours() async throws {
        let log = try await logOf(
            #"printf '\033[1;38;5;208mwarm\n\033]0;title\a\033[2J\033[Hcold\033[4h \033[32mgreen\033[m\n'"#
        )
        #expect(log.contains(" work: \u{1B}[1;38;5;208mwarm\u{1B}[0m\n"))
        #expect(log.contains(" work: 0;titlecold \u{1B}[32mgreen\u{1B}[m\u{1B}[0m\n"))
    }

    @Test func anEndlessLineIsCut() async throws {
        let log = try await logOf("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo after")
        #expect(log.utf8.count < 20_000)
        #expect(log.contains("… (49991808 more bytes)\n"))
        #expect(log.contains(" work: after\n"))
    }

    @Test func muchOutputOnBothStreamsDoesNotBlock() async throws {
        let log = try await logOf(
            "seq 1 50000 & seq 100001 150000 >&2; wait"
        )
        let numbers = log.split(separator: "\n").compactMap {
            $0.split(separator: " work: ").last.flatMap { Int($0) }
        }
        #expect(Set(numbers) == Set(1...50_000).union(100_001...150_000))
    }

    @Test func linesThatOverwriteEachOtherAreThinned() async throws {
        let log = try await logOf(#"for i in $(seq 1000); do printf '\r%d of 1000' $i; done; echo"#)
        let lines = log.split(separator: "\n").filter { $0.contains(" of 1000") }
        #expect(lines.count < 100)
        #expect(lines.last?.hasSuffix("1000 of 1000") == true)
    }

    /// What is told is bounded, in order, and ends with the last word.
    @Test func tenThousandLinesOfProgressAreCoalesced() async throws {
        let bench = try Bench(
            .shell(
                "seq 1 10000 | sed 's/.*/& of 10000/' | awk '{printf \"%.2f%% done\\n\", $1/100}'; sleep 0.6; exit 1"
            ) {
                $0.progress = #"([\d.]+)% done"#
            }
        )
        let runner = bench.makeRunner()
        let start = ContinuousClock.now
        await runner.start(try bench.order("script"))
        let facts = await runner.facts()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let told = facts.compactMap { fact -> Double? in
            if case .progressed(_, _, let fraction) = fact.content { fraction } else { nil }
        }
        #expect(told.last == 1)
        #expect(told == told.sorted())
        #expect(Double(told.count) <= seconds * 4 + 2)
        let dates = facts.map(\.date)
        #expect(dates == dates.sorted())
        #expect(try bench.log().split(separator: "\n").count < 60)
    }

    // MARK: - What progress hides

    /// Ends in an error so that its last lines can be looked at.
    private func failing(
        _ script: String,
        progress: String? = #"(\d+)% done"#,
        forbidden: [String] = []
    ) async throws -> (log: [String], error: JobError) {
        let bench = try Bench(
            .shell(script + "\nexit 1") {
                $0.progress = progress
                $0.forbidden = forbidden
            }
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        let log = try bench.log().split(separator: "\n").compactMap {
            $0.split(separator: " work: ", maxSplits: 1).dropFirst().first.map { String($0) }
        }
        return (Array(log.dropFirst()), error)
    }

    private static let thirty = "for i in $(seq 30); do echo \"$i% done\"; done"

    @Test(arguments: [
        #"(\d+)% done"#, #"(\d+)%"#, #"^ *(\d+)% done.*$"#, ".*?([0-9]+)%.*",
    ])
    func aLineThatSaysMoreThanProgressIsInLogAndError(pattern: String) async throws {
        let reason = "31% done: ERROR disk full on /data"
        let (log, error) = try await failing(
            "\(Self.thirty); echo '\(reason)'; echo '32% done'",
            progress: pattern
        )
        #expect(log.contains(reason), "\(log)")
        #expect(log.last == "32% done")
        #expect(log.count < 10)
        #expect(error.log.suffix(3) == ["30% done", reason, "32% done"])
    }

    /// The log must show how far it had come when it said something else, and at the end.
    @Test func theNewestWithheldLineComesBeforeAnyOther() async throws {
        let (log, error) = try await failing(
            "\(Self.thirty); echo 'to you'; echo '31% done'; echo '32% done'"
        )
        #expect(log.first == "1% done")
        let place = try #require(log.firstIndex(of: "to you"))
        #expect(log[place - 1] == "30% done")
        #expect(log.last == "32% done")
        #expect(error.log.count == 20)
        #expect(error.log.contains("31% done"))
    }

    @Test func ofOverwrittenLinesTheNewestIsKept() async throws {
        let (log, error) = try await failing(
            #"for i in $(seq 500); do printf '%d of 500\r' $i; done; printf 'no space left\n'"#,
            progress: nil
        )
        #expect(error.log == ["500 of 500", "no space left"])
        #expect(log.suffix(2) == ["500 of 500", "no space left"])
        #expect(log.count < 20)
    }

    @Test func aForbiddenLineIsLoggedWhateverItTells() async throws {
        let (log, error) = try await failing(
            #"\#(Self.thirty); printf '31%% done, lost 4\r32%% done\r'; sleep 0.1"#,
            progress: ".*?([0-9]+)%.*",
            forbidden: ["lost"]
        )
        #expect(log.contains("31% done, lost 4"))
        #expect(error.log.last == "32% done")
    }

    @Test func whatIsLeftOutLastIsLoggedWhenAToolIsKilled() async throws {
        let (log, error) = try await failing("\(Self.thirty); kill -9 $$")
        #expect(error.cause == .signal)
        #expect(log.first == "1% done")
        #expect(log.last == "30% done")
        #expect(error.log.count == 20)
    }
}
