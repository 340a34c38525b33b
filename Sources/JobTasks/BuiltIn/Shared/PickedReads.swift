import JobModel
import Sequences
import Synchronization
package import SystemPackage

/// Some reads of a sample, by their places in it, as text.
package struct PickedReads: Sendable {
    /// What went wrong.
    package enum Failure: Error, Hashable, Sendable {
        /// The text would be longer than was asked for; so many reads or pairs fit.
        case tooLong(fit: Int)
        /// Nobody wants them any more.
        case givenUp
        /// The sample cannot be read.
        case unreadable(String)
    }

    /// Of pairs both mates after each other, called by the place with `/1` and `/2`.
    package let text: String

    /// Looks reads up; takes as long as it takes to read the sample up to the last of them.
    ///
    /// - Parameters:
    ///   - places: The places, counted from 1, ascending, each once.
    ///   - folder: The sample's folder.
    ///   - isPaired: Whether it has mates.
    ///   - withQualities: Whether FASTQ is wanted, or else FASTA.
    ///   - limit: How many bytes the text may have.
    ///   - isGivenUp: Asked now and then whether nobody wants them any more.
    /// - Throws: Why there is no text.
    package init(
        _ places: [Int],
        of folder: FilePath,
        isPaired: Bool,
        withQualities: Bool,
        limit: Int,
        isGivenUp: () -> Bool = { false }
    ) throws(Failure) {
        guard !isGivenUp() else { throw .givenUp }
        let files = CreateSample.names.prefix(isPaired ? 2 : 1).map {
            ReadFiles.File(path: folder.appending($0), name: $0)
        }
        let watch = PickWatch()
        var picks = [Pick](repeating: Pick(), count: files.count)
        var size = 0
        do throws(TaskFailure) {
            _ = try ReadFiles(files: files).read(
                watch: JobWatch(reporter: watch, work: folder),
                tell: { _ in },
                { mate, bytes, record in
                    let number = mate == .first ? 0 : 1
                    guard picks[number].isNext(places), size <= limit else { return }
                    let name = "\(picks[number].place)" + (isPaired ? "/\(number + 1)" : "")
                    let read = Self.text(record, of: bytes, name, withQualities)
                    picks[number].texts.append(read)
                    size += read.count
                },
                afterPiece: {
                    let isDone = picks.allSatisfy { $0.texts.count == places.count }
                    if isDone || size > limit || isGivenUp() { watch.stop() }
                }
            )
        } catch .stopped {
            // All that is wanted is there, or nothing is wanted.
            guard !isGivenUp() else { throw .givenUp }
        } catch {
            throw .unreadable(error.message ?? "it was stopped")
        }
        let count = picks.map(\.texts.count).min() ?? 0
        guard size <= limit else { throw .tooLong(fit: count) }
        guard count == places.count else {
            throw .unreadable("the sample has fewer reads than the analysis has seen")
        }
        var text = ""
        for place in 0..<count {
            for pick in picks { text += String(decoding: pick.texts[place], as: UTF8.self) }
        }
        self.text = text
    }

    /// The reads of one file.
    private struct Pick {
        /// The place of the read at hand.
        var place = 0
        var texts: [[UInt8]] = []

        /// Whether the next read is one that is wanted.
        mutating func isNext(_ places: [Int]) -> Bool {
            place += 1
            return texts.count < places.count && places[texts.count] == place
        }
    }

    private static func text(
        _ record: FASTQRecord,
        of bytes: [UInt8],
        _ name: String,
        _ withQualities: Bool
    ) -> [UInt8] {
        let lineEnd = UInt8(ascii: "\n")
        let head = Array((withQualities ? "@" : ">").utf8) + Array(name.utf8) + [lineEnd]
        let sequence = head + bytes[record.sequence] + [lineEnd]
        guard withQualities else { return sequence }
        return sequence + [UInt8(ascii: "+"), lineEnd] + bytes[record.quality] + [lineEnd]
    }
}

/// Ends the reading of a sample when enough was read.
private final class PickWatch: TaskReporter {
    private let isEnough = Atomic(false)

    var isStopping: Bool { isEnough.load(ordering: .relaxed) }

    func stop() { isEnough.store(true, ordering: .relaxed) }

    func log(_ lines: [String]) {}
    func progress(_ fraction: Double) {}
    func keep(_ record: DataRecord) -> Bool { false }
}
