public import Compression

/// Reads a file of HMMER's profiles as it comes, plain or compressed with gzip, checks it and writes it anew.
///
/// HMMER takes a file that is cut off for whole, and what it does not take it refuses only when an hour's
/// assembly is done. What is written has neither a mark of byte order nor the line ends of Windows.
public struct ProfileFileReader {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let start = Array("HMMER3/".utf8)
    private static let lineFeed = UInt8(ascii: "\n")

    /// A profile of which the end was not read yet.
    private struct Profile {
        let line: Int
        var name: [UInt8]?
        var isOfProteins = false
        var hasStatistics = false
    }

    private var content = FileContent()
    /// The beginning of a line whose end was not read yet.
    private var rest: [UInt8] = []
    private var line = 0
    private var profile: Profile?
    private var names: Set<[UInt8]> = []

    /// How many whole profiles were read.
    public private(set) var count = 0

    /// Makes a reader that stands at the start of a file.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - piece: What comes next in the file.
    ///   - output: What the profiles written anew are appended to.
    /// - Throws: What is no profile of proteins, and in which line; what is wrong with the gzip.
    public mutating func read(
        _ piece: [UInt8],
        into output: inout [UInt8]
    ) throws(ProfileFileError) {
        content.feed(piece)
        while let text = try nextText() { try readText(text, into: &output) }
    }

    private mutating func nextText() throws(ProfileFileError) -> [UInt8]? {
        do throws(GzipError) {
            return try content.next()
        } catch {
            throw ProfileFileError(line: 0, reason: .gzip(error))
        }
    }

    /// Ends the file.
    ///
    /// - Parameter output: What the rest is appended to.
    /// - Throws: What is missing in the file.
    public mutating func finish(into output: inout [UInt8]) throws(ProfileFileError) {
        let end: [UInt8]
        do throws(GzipError) {
            end = try content.finish()
        } catch {
            throw ProfileFileError(line: 0, reason: .gzip(error))
        }
        try readText(end, into: &output)
        if !rest.isEmpty {
            let last = rest
            rest = []
            try readLine(last[...], into: &output)
        }
        if let profile { throw ProfileFileError(line: profile.line, reason: .truncated) }
        guard count > 0 else { throw ProfileFileError(line: 0, reason: .noProfiles) }
    }

    private mutating func readText(
        _ text: [UInt8],
        into output: inout [UInt8]
    ) throws(ProfileFileError) {
        let text = rest.isEmpty ? text : rest + text
        rest = []
        var start = 0
        while let end = text[start...].firstIndex(of: Self.lineFeed) {
            try readLine(text[start..<end], into: &output)
            start = end + 1
        }
        rest = Array(text[start...])
        // No line of a profile is so long, and of something else there may be no second one.
        guard rest.count <= 1 << 20 else {
            throw ProfileFileError(line: line + 1, reason: .noProfile)
        }
    }

    private mutating func readLine(
        _ bytes: ArraySlice<UInt8>,
        into output: inout [UInt8]
    ) throws(ProfileFileError) {
        line += 1
        var bytes = bytes
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        if line == 1, bytes.starts(with: Self.byteOrderMark) { bytes = bytes.dropFirst(3) }
        if profile == nil {
            guard bytes.contains(where: { $0 > 0x20 }) else { return }
            guard bytes.starts(with: Self.start) else {
                throw ProfileFileError(line: line, reason: .noProfile)
            }
            profile = Profile(line: line)
        } else {
            try readWithin(bytes)
        }
        output.append(contentsOf: bytes)
        output.append(Self.lineFeed)
    }

    private mutating func readWithin(_ bytes: ArraySlice<UInt8>) throws(ProfileFileError) {
        switch bytes.first {
        case UInt8(ascii: "H") where bytes.starts(with: Self.start):
            throw ProfileFileError(line: profile?.line ?? line, reason: .truncated)
        case UInt8(ascii: "N") where bytes.starts(with: Array("NAME ".utf8)):
            profile?.name = Array(Self.value(of: bytes))
        case UInt8(ascii: "A") where bytes.starts(with: Array("ALPH ".utf8)):
            let alphabet = String(decoding: Self.value(of: bytes), as: UTF8.self)
            profile?.isOfProteins = alphabet.lowercased() == "amino"
        case UInt8(ascii: "S") where bytes.starts(with: Array("STATS ".utf8)):
            profile?.hasStatistics = true
        case UInt8(ascii: "/") where bytes.elementsEqual("//".utf8): try endProfile()
        default: break
        }
    }

    private mutating func endProfile() throws(ProfileFileError) {
        guard let ended = profile else { return }
        profile = nil
        guard let name = ended.name, !name.isEmpty else {
            throw ProfileFileError(line: ended.line, reason: .nameless)
        }
        let shown = String(decoding: name.prefix(60), as: UTF8.self)
        guard names.insert(name).inserted else {
            throw ProfileFileError(line: ended.line, reason: .repeated(name: shown))
        }
        guard ended.isOfProteins else {
            throw ProfileFileError(line: ended.line, reason: .otherAlphabet(name: shown))
        }
        guard ended.hasStatistics else {
            throw ProfileFileError(line: ended.line, reason: .uncalibrated(name: shown))
        }
        count += 1
    }

    /// What stands behind the word that begins a line.
    private static func value(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = bytes.drop { $0 != 0x20 }.drop { $0 == 0x20 }
        while value.last == 0x20 { value.removeLast() }
        return value
    }
}

/// Why a file is none of profiles, and where.
public struct ProfileFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// There is no profile in the file.
        case noProfiles
        /// Something that is no profile stands where one should begin.
        case noProfile
        /// The end of a profile is missing.
        case truncated
        /// A profile has no name.
        case nameless
        /// Two profiles have one name.
        case repeated(name: String)
        /// A profile is one of nucleotides.
        case otherAlphabet(name: String)
        /// A profile lacks what tells chance from a hit.
        case uncalibrated(name: String)
        /// The file is compressed with gzip, and something is wrong with that.
        case gzip(GzipError)
    }

    /// The line, of a profile its first one, counted from 1; 0 if no line is to blame.
    public let line: Int
    /// What was wrong.
    public let reason: Reason

    /// A sentence for people.
    public var description: String { line > 0 ? "line \(line): \(sentence)" : sentence }

    private var sentence: String {
        switch reason {
        case .noProfiles: "there are no profiles in the file"
        case .noProfile:
            "a profile begins with 'HMMER3/'; hmmbuild makes profiles of alignments, and hmmconvert "
                + "those of today of older ones"
        case .truncated: "the end of the profile that begins here is missing: the file is cut off"
        case .nameless: "the profile has no NAME"
        case .repeated(let name): "there are two profiles of the name '\(name)'"
        case .otherAlphabet(let name):
            "'\(name)' is no profile of proteins, which have the line 'ALPH  amino'"
        case .uncalibrated(let name):
            "'\(name)' has no lines STATS, which tell hits from chance; hmmbuild writes them"
        case .gzip(let error): error.description
        }
    }
}
