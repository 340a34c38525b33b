/// A moment in UTC, to the microsecond, of the years 0 to 9999 that RFC 3339 can write.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int

    /// Makes a moment.
    ///
    /// - Parameter microseconds: Microseconds since 1970-01-01T00:00:00Z; what is before
    ///   the year 0 or after the year 9999 stops there, so that times can be added and compared.
    public init(microseconds: Int) {
        self.microseconds = min(max(microseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    private static let range = -62_167_219_200_000_000...253_402_300_799_999_999

    /// Orders moments in time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The time from one moment to another.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }

    /// The moment a while later.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        // Longer than all years; and so short that nothing overflows.
        let longest = Duration.seconds(1_000_000_000_000)
        let (seconds, attoseconds) = min(max(duration, .zero - longest), longest).components
        return Timestamp(
            microseconds: moment.microseconds + Int(seconds) * 1_000_000
                + Int(attoseconds / 1_000_000_000_000)
        )
    }
}

// MARK: - RFC 3339

extension Timestamp: CustomStringConvertible {
    /// The moment as RFC 3339 in UTC, with six decimals: `2016-08-25T11:48:22.375557Z`.
    public var description: String {
        let (days, rest) = Self.divide(microseconds, by: Self.microsecondsPerDay)
        let (year, month, day) = Self.civil(fromDays: days)
        let second = rest / 1_000_000
        return [
            Self.pad(year, 4), "-", Self.pad(month, 2), "-", Self.pad(day, 2), "T",
            Self.pad(second / 3600, 2), ":", Self.pad(second / 60 % 60, 2), ":",
            Self.pad(second % 60, 2), ".", Self.pad(rest % 1_000_000, 6), "Z",
        ].joined()
    }

    /// Reads a moment as RFC 3339; without an offset it is taken as UTC.
    ///
    /// - Parameter text: Such as `2016-08-25T11:48:22.375557Z`; digits beyond
    ///   microseconds are dropped. Nil too for one whose offset leads out of the years 0 to 9999.
    public init?(_ text: some StringProtocol) {
        var reader = DigitReader(bytes: Array(text.utf8))
        guard let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), (1...12).contains(month), reader.skip("-"),
            let day = reader.number(digits: 2), day >= 1,
            day <= Self.daysIn(month: month, of: year),
            reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2), second <= 60,
            let fraction = reader.fraction(),
            let offset = reader.offset(),
            reader.isAtEnd
        else { return nil }
        let days = Self.days(fromCivil: year, month, day)
        let seconds = hour * 3600 + minute * 60 + second - offset
        let microseconds = (days * 86_400 + seconds) * 1_000_000 + fraction
        guard Self.range.contains(microseconds) else { return nil }
        self.microseconds = microseconds
    }

    private static let microsecondsPerDay = 86_400_000_000

    private static func divide(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Days and dates of the Gregorian calendar by counting in eras of 400 years,
    // each year beginning in March so that a leap day is its last:
    // H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2014).

    private static func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = divide(marchYear, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = divide(days + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Takes a date apart from the left.
private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    mutating func digit() -> Int? {
        guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
        position += 1
        return Int(bytes[position - 1] - 0x30)
    }

    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// The decimals in microseconds; 0 where there are none, nil for a lone point.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        guard var value = digit() else { return nil }
        var digits = 1
        while let digit = digit() {
            if digits < 6 {
                value = value * 10 + digit
                digits += 1
            }
        }
        while digits < 6 {
            value *= 10
            digits += 1
        }
        return value
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int? {
        if isAtEnd || skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hour = number(digits: 2), hour < 24, skip(":"),
            let minute = number(digits: 2), minute < 60
        else { return nil }
        return sign * (hour * 3600 + minute * 60)
    }
}
