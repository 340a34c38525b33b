public import JobModel

/// A fingerprint of a set of jobs and their versions, by which a client checks its view.
///
/// The exclusive or, over all jobs, of FNV-1a with 64 bits of the text
/// `ID:VERSION`: so it does not depend on the order, and a job's share is taken
/// out by putting it in once more.
/// FNV-1a: G. Fowler, L. C. Noll, K.-P. Vo, draft-eastlake-fnv.
public struct ViewDigest: Hashable, Sendable, CustomStringConvertible {
    private var value: UInt64 = 0

    /// The fingerprint of no jobs.
    public init() {}

    /// Puts a job in, or takes it out again.
    ///
    /// - Parameters:
    ///   - id: The job's name.
    ///   - version: Its version.
    public mutating func toggle(_ id: JobID, version: Int) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(id):\(version)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        value ^= hash
    }

    /// The fingerprint as 16 hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
