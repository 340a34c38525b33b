/// Numbers names as they come, from 0, without making a string of each.
///
/// The names of millions of reads and of the references of an index are compared as bytes: an alignment
/// holds two of them, and strings would cost more than all the rest.
public struct NameTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    /// Numbers by hash, -1 where there is none; the count is a power of two.
    private var slots = [Int32](repeating: -1, count: 64)
    /// Most names are asked for several times in a row.
    private var last = -1

    /// Makes a table without names.
    public init() {}

    /// How many names there are.
    public var count: Int { ends.count }

    /// The name with a number.
    ///
    /// - Parameter number: The number.
    public subscript(number: Int) -> String {
        String(decoding: bytes[range(number)], as: UTF8.self)
    }

    /// A name as it is, which need be no text.
    ///
    /// - Parameter number: Its number.
    /// - Returns: Its bytes.
    func bytes(of number: Int) -> [UInt8] { Array(bytes[range(number)]) }

    /// Numbers a name.
    ///
    /// - Parameters:
    ///   - name: Where it stands.
    ///   - source: The bytes in which it stands.
    /// - Returns: The number that it got when it came first.
    public mutating func number(_ name: Range<Int>, of source: [UInt8]) -> Int {
        if last >= 0, Self.isEqual(bytes.span, range(last), source.span, name) { return last }
        let hash = Self.hash(source.span, name)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if hashes[number] == hash, Self.isEqual(bytes.span, range(number), source.span, name) {
                last = number
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        last = ends.count
        bytes.append(contentsOf: source[name])
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = Int32(last)
        if ends.count * 2 > slots.count { grow() }
        return last
    }

    /// Numbers a name.
    ///
    /// - Parameter name: The name.
    /// - Returns: The number that it got when it came first.
    public mutating func number(_ name: String) -> Int {
        let source = Array(name.utf8)
        return number(0..<source.count, of: source)
    }

    /// Looks a name up.
    ///
    /// - Parameters:
    ///   - name: Where it stands.
    ///   - source: The bytes in which it stands.
    /// - Returns: Its number, if it came before.
    public func find(_ name: Range<Int>, of source: [UInt8]) -> Int? {
        let hash = Self.hash(source.span, name)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if hashes[number] == hash, Self.isEqual(bytes.span, range(number), source.span, name) {
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Looks a name up.
    ///
    /// - Parameter name: The name.
    /// - Returns: Its number, if it came before.
    public func find(_ name: String) -> Int? {
        let source = Array(name.utf8)
        return find(0..<source.count, of: source)
    }

    /// The numbers in the order of their names' bytes.
    ///
    /// - Returns: All numbers, that of the least name first.
    public func sorted() -> [Int] {
        (0..<count).sorted { isLess($0, $1) }
    }

    static func isEqual(
        _ left: Span<UInt8>,
        _ leftRange: Range<Int>,
        _ right: Span<UInt8>,
        _ rightRange: Range<Int>
    ) -> Bool {
        guard leftRange.count == rightRange.count else { return false }
        let left = left.extracting(leftRange)
        let right = right.extracting(rightRange)
        // From the end: names of reads differ there.
        var index = left.count - 1
        while index >= 0 {
            if left[index] != right[index] { return false }
            index -= 1
        }
        return true
    }

    private static func hash(_ span: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        let name = span.extracting(range)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in name.indices { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 32)
    }

    private func isLess(_ left: Int, _ right: Int) -> Bool {
        let span = bytes.span
        let left = span.extracting(range(left))
        let right = span.extracting(range(right))
        var index = 0
        while index < left.count, index < right.count {
            if left[index] != right[index] { return left[index] < right[index] }
            index += 1
        }
        return left.count < right.count
    }

    private func range(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : ends[number - 1])..<ends[number]
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for number in ends.indices {
            var slot = Int(truncatingIfNeeded: hashes[number]) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }
}
