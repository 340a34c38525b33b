/// What part of a file a request asks for, in its field `Range`.
enum ByteRange: Equatable {
    /// All of it: nothing else was asked for, or something that is not understood here.
    case whole
    case part(Range<Int>)
    /// Nothing of it is within the file.
    case none

    /// Reads the field.
    ///
    /// - Parameters:
    ///   - field: Such as `bytes=0-499`, `bytes=500-` or `bytes=-500`; several ranges count as none.
    ///   - size: The file's size in bytes.
    init(_ field: String?, size: Int) {
        guard let field, field.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let ends = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.trimmingSpaces }
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
            ends != ["", ""]
        else {
            self = .whole
            return
        }
        // Numbers that are too large for us lie beyond any file.
        let numbers = ends.map { $0.isEmpty ? nil : Int($0) ?? .max }
        switch (numbers[0], numbers[1]) {
        case (nil, let count?):
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .none
        case (let first?, let last):
            let end = min(last ?? .max, size - 1)
            if let last, last < first {
                self = .whole
            } else {
                self = first <= end ? .part(first..<(end + 1)) : .none
            }
        case (nil, nil): self = .whole
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
