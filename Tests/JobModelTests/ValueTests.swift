import JobModel
import Testing

@Suite("Progress")
struct ProgressTests {
    @Test("Five stages begin where the seed's did")
    func seed() {
        let starts = (1...5).map { Progress.atStage($0, of: 5) }
        #expect(starts == [0.143, 0.286, 0.429, 0.571, 0.714])
    }

    @Test("Within a stage it moves towards the next and not beyond")
    func fraction() {
        #expect(Progress.atStage(3, of: 5, fraction: 0.5) == 0.5)
        #expect(Progress.atStage(3, of: 5, fraction: 7) == 0.571)
        #expect(Progress.atStage(3, of: 5, fraction: -1) == 0.429)
        #expect(Progress.rounded(.nan) == 0)
    }
}

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "Writes what it read",
        arguments: [
            "1970-01-01T00:00:00.000000Z", "2016-08-25T11:48:22.375557Z",
            "1969-12-31T23:59:59.999999Z", "2000-02-29T12:00:00.000001Z",
            "2100-12-31T23:59:59.000000Z", "0001-01-01T00:00:00.000000Z",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try #require(Timestamp(text)).description == text)
    }

    @Test("Reads other ways of writing the same moment")
    func variants() {
        let moment = Timestamp("2016-08-25T11:48:22.375Z")
        #expect(moment?.microseconds == 1_472_125_702_375_000)
        #expect(Timestamp("2016-08-25T13:48:22.375000+02:00") == moment)
        #expect(Timestamp("2016-08-25T06:18:22.3750009-05:30") == moment)
        #expect(Timestamp("2016-08-25 11:48:22.375") == moment)
    }

    @Test(
        "Refuses what is no moment",
        arguments: [
            "", "2016", "2016-02-30T00:00:00Z", "2015-02-29T00:00:00Z", "2016-13-01T00:00:00Z",
            "2016-08-25T24:00:00Z", "2016-08-25T11:48:22.Z", "2016-08-25T11:48:22Zx",
        ]
    )
    func refusals(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("Every day of eight centuries reads back")
    func everyDay() {
        for day in stride(from: -146_097, through: 146_097, by: 1) {
            let moment = Timestamp(microseconds: day * 86_400_000_000)
            #expect(Timestamp(moment.description) == moment)
        }
    }
}
