/// Walks over the columns of a line of SAM.
struct SAMColumns {
    private let bytes: [UInt8]
    private let end: Int
    private let line: Int
    private var index: Int
    private var count = 0

    init(_ bytes: [UInt8], _ range: Range<Int>, number: Int) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
        line = number
    }

    func error(_ reason: SAMError.Reason) -> SAMError { SAMError(line: line, reason: reason) }

    /// Whether a column holds nothing, which SAM writes as `*`.
    func isMissing(_ column: Range<Int>) -> Bool {
        column.count == 1 && bytes[column.lowerBound] == UInt8(ascii: "*")
    }

    mutating func next() throws(SAMError) -> Range<Int> {
        try begin()
        let start = index
        while index < end, bytes[index] != UInt8(ascii: "\t") { index += 1 }
        let column = start..<index
        index += 1
        return column
    }

    mutating func nextText() throws(SAMError) -> Range<Int> {
        let column = try next()
        return isMissing(column) ? column.lowerBound..<column.lowerBound : column
    }

    mutating func nextNumber(_ name: String) throws(SAMError) -> Int {
        try begin()
        guard let number = number() else { throw error(.noNumber(column: name)) }
        return number
    }

    mutating func nextCIGAR() throws(SAMError) -> CIGARSums {
        try begin()
        var sums = CIGARSums()
        if index < end, bytes[index] == UInt8(ascii: "*") {
            index += 1
        } else {
            while index < end, bytes[index] != UInt8(ascii: "\t") {
                let length = digits()
                guard let length, index < end, sums.add(bytes[index], length) else {
                    throw error(.cigar)
                }
                index += 1
            }
        }
        guard endColumn() else { throw error(.cigar) }
        return sums
    }

    /// Reads the optional columns `AS:i` and `NM:i`, and passes over the others.
    mutating func readTags(into record: inout SAMRecord) throws(SAMError) {
        while index < end {
            if begins(UInt8(ascii: "A"), UInt8(ascii: "S")) {
                index += 5
                guard let score = number() else { throw error(.noNumber(column: "AS:i")) }
                record.alignmentScore = score
            } else if begins(UInt8(ascii: "N"), UInt8(ascii: "M")) {
                index += 5
                guard let distance = number() else { throw error(.noNumber(column: "NM:i")) }
                // SNAP writes -1 for reads that hang over an end.
                record.editDistance = max(0, distance)
            } else {
                while index < end, bytes[index] != UInt8(ascii: "\t") { index += 1 }
                index += 1
            }
        }
    }

    private func begins(_ first: UInt8, _ second: UInt8) -> Bool {
        index + 5 <= end && bytes[index] == first && bytes[index + 1] == second
            && bytes[index + 2] == UInt8(ascii: ":") && bytes[index + 3] == UInt8(ascii: "i")
            && bytes[index + 4] == UInt8(ascii: ":")
    }

    private mutating func begin() throws(SAMError) {
        guard index <= end else { throw error(.tooFewColumns(count)) }
        count += 1
    }

    /// Reads a number and the column's end.
    private mutating func number() -> Int? {
        let isNegative = index < end && bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        guard let number = digits(), endColumn() else { return nil }
        return isNegative ? -number : number
    }

    private mutating func digits() -> Int? {
        let start = index
        var number = 0
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number = number &* 10 &+ Int(digit)
            index += 1
        }
        // SAM's numbers have 31 bits; sums of longer ones might overflow.
        return index > start && index - start <= 10 ? number : nil
    }

    private mutating func endColumn() -> Bool {
        guard index >= end || bytes[index] == UInt8(ascii: "\t") else { return false }
        index += 1
        return true
    }
}
