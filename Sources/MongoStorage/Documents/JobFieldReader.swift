import JobModel
import Mongo

/// Takes fields out of a document and names those that make no sense.
struct JobFieldReader {
    let fields: [String: BSONValue]
    let path: String

    func string(_ name: String) throws(FieldFault) -> String {
        guard let value = fields[name]?.stringValue else { throw fault(name, "a string") }
        return value
    }

    /// A whole number of whatever type; missing or null is as good as the default, if there is one.
    func integer(
        _ name: String,
        or missing: Int?,
        in range: ClosedRange<Int> = .min ... .max
    ) throws(FieldFault) -> Int {
        if let value = fields[name]?.integerValue {
            guard range.contains(value) else {
                throw FieldFault(
                    field: path + name,
                    expected: "from \(range.lowerBound) to \(range.upperBound), found \(value)"
                )
            }
            return value
        }
        guard let missing, isMissing(name) else { throw fault(name, "a whole number") }
        return missing
    }

    func bool(_ name: String, or missing: Bool) throws(FieldFault) -> Bool {
        if let value = fields[name]?.boolValue { return value }
        guard isMissing(name) else { throw fault(name, "a boolean") }
        return missing
    }

    func date(_ name: String, micros: Int) throws(FieldFault) -> Timestamp {
        guard let date = fields[name].flatMap({ Timestamp($0) }) else {
            throw fault(name, "a date")
        }
        guard case .dateTime = fields[name], (1...999).contains(micros) else { return date }
        return Timestamp(microseconds: date.microseconds + micros)
    }

    private func isMissing(_ name: String) -> Bool { fields[name]?.isNull != false }

    private func fault(_ name: String, _ expected: String) -> FieldFault {
        let found = fields[name].map { "found a \($0.typeName)" } ?? "found none"
        return FieldFault(field: path + name, expected: "\(expected), \(found)")
    }
}

/// A field that makes no sense.
struct FieldFault: Error, CustomStringConvertible {
    /// The field, such as `status[2].date`.
    let field: String
    let expected: String

    var description: String { "\(field): expected \(expected)" }
}
