import JobModel
import Mongo

extension Timestamp {
    /// A moment that BSON holds.
    init(milliseconds: Int64) {
        // Microseconds count no further; and no date is there.
        let limit = Int64.max / 1000
        self.init(microseconds: Int(min(max(milliseconds, -limit), limit) * 1000))
    }

    /// The date that BSON can hold, and the microseconds beyond it.
    var milliseconds: (whole: Int64, micros: Int) {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0
            ? (Int64(quotient - 1), remainder + 1000) : (Int64(quotient), remainder)
    }

    /// A date as BSON has it, or as text, as older programs wrote it.
    init?(_ value: BSONValue) {
        switch value {
        case .dateTime(let milliseconds): self.init(milliseconds: milliseconds)
        case .string(let text): self.init(text)
        default: return nil
        }
    }
}
