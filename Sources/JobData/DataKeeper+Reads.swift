import JSON
import JobModel
public import JobReports
import JobRunning
import JobTasks
import Synchronization
import SystemPackage
import Threads

extension DataKeeper {
    /// Hands out the reads of a sample that speak for one virus.
    ///
    /// - Parameters:
    ///   - id: The analysis that found the virus.
    ///   - virus: The virus, by its id.
    ///   - format: `fasta` or `fastq`.
    ///   - range: Which of its reads or pairs, counted from 0; nil for all.
    /// - Returns: The reads, of pairs both mates after each other, and how many there are in all.
    /// - Throws: `notFound`; `invalid` for a virus of which the analysis has no reads, and where they are too many to
    ///   be handed out at once; `disk` if files are not here; `givenUp` if the task is cancelled meanwhile.
    public func exportReads(
        of id: String,
        virus: String,
        as format: ReportFormat,
        in range: Range<Int>?
    ) async throws(DataError) -> (rendition: Rendition, total: Int) {
        guard format == .fasta || format == .fastq else {
            throw .invalid(field: "format", message: "must be one of fasta, fastq for reads")
        }
        let analysis = try await record(.analysis, id)
        let noted = try await notedReads(of: analysis, virus: virus)
        guard let key = analysis.uses.first(where: { $0.kind == .sample }) else {
            throw .disk(message: "the analysis '\(id)' does not say which sample it is of")
        }
        let sample = try await record(key.kind, key.id)
        let isPaired = sample.document["paired"]?.boolValue ?? false
        let folder = folders.place(of: key)
        let all = noted.places
        let wanted = range.map { $0.clamped(to: 0..<all.count) } ?? 0..<all.count
        let picked = await reading(folder) { isGivenUp in
            Result { () throws(PickedReads.Failure) in
                try PickedReads(
                    Array(all[wanted]),
                    of: folder,
                    isPaired: isPaired,
                    withQualities: format == .fastq,
                    limit: Self.largestExport,
                    isGivenUp: isGivenUp
                )
            }
        }
        do throws(PickedReads.Failure) {
            let name = [key.id, id, virus, "reads"]
            return (Rendition(name, format, try picked.get().text), all.count)
        } catch {
            switch error {
            case .tooLong(let fit):
                throw .invalid(
                    field: "limit",
                    message: "\(wanted.count) reads or pairs are longer than "
                        + "\(Self.largestExport >> 20) MiB; ask for fewer at once, such as \(fit / 2)"
                )
            case .givenUp: throw .givenUp
            case .unreadable(let reason):
                throw .disk(message: "the reads of the \(key) cannot be read: \(reason)")
            }
        }
    }

    private func notedReads(
        of analysis: DataRecord,
        virus: String
    ) async throws(DataError) -> NotedReads {
        let id = analysis.key.id
        let file = folders.place(of: analysis.key).appending(NotedReads.file)
        let found = await reading(file) { isGivenUp in
            Result { () throws(Errno) in
                try NotedReads.find(virus, in: file, isGivenUp: isGivenUp)
            }
        }
        let noted: NotedReads?
        do throws(Errno) {
            noted = try found.get()
        } catch .canceled {
            throw .givenUp
        } catch .noSuchFileOrDirectory {
            throw .invalid(
                field: "_id",
                message: "the analysis '\(id)' has not noted which reads are of which virus; "
                    + "pathoscope_bowtie and pathoscope_snap do so now: make it anew"
            )
        } catch {
            throw .disk(message: "\(analysis.key.path)/\(NotedReads.file) cannot be read: \(error)")
        }
        guard let noted else {
            throw .invalid(
                field: "virus",
                message: "the analysis '\(id)' has no finding of the virus '\(virus)'"
            )
        }
        return noted
    }

    /// Reads a sample or what was noted of it, until nobody waits for it any more.
    private func reading<Value: Sendable>(
        _ path: FilePath,
        _ body: @escaping @Sendable (_ isGivenUp: () -> Bool) -> Value
    ) async -> Value {
        let mark = GivenUpMark()
        return await withTaskCancellationHandler {
            await readers.complete(in: path.string) { body { mark.isSet } }
        } onCancel: {
            mark.set()
        }
    }
}

/// Whether nobody waits any more for what a thread is at.
private final class GivenUpMark: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
