import TestSupport

/// Makes inputs out of known ones, as chance has it.
struct Mutator {
    /// What is put in the place of numbers, and elsewhere.
    let corners: [[UInt8]]
    /// What chance begins with.
    let inputs: [[UInt8]]
    var generator: SeededGenerator

    /// The next input.
    mutating func next() -> [UInt8] {
        var bytes = pick(inputs)
        for _ in 0..<Int.random(in: 1...4, using: &generator) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = pick(corners)
            return
        }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let end = min(bytes.count, place + Int.random(in: 1...32, using: &generator))
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...4: replaceNumber(in: &bytes, from: place)
        case 5: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 6: bytes.removeSubrange(place..<end)
        case 7: bytes.insert(contentsOf: pick(corners), at: place)
        case 8: bytes.insert(contentsOf: bytes[place..<end], at: place)
        default:
            let other = pick(inputs)
            let cut = Int.random(in: 0...other.count, using: &generator)
            bytes = Array(bytes[..<place] + other[cut...])
        }
    }

    /// Puts a corner in the place of the next number.
    private mutating func replaceNumber(in bytes: inout [UInt8], from place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: pick(corners))
    }

    private mutating func pick(_ choices: [[UInt8]]) -> [UInt8] {
        choices.randomElement(using: &generator) ?? []
    }
}
