import Glibc
import JSON
import SystemPackage

extension RawReads {
    /// Finds the files that a job names, and tells which of them are mates.
    ///
    /// - Parameter context: The job.
    /// - Throws: What is not there, is there twice, or does not go together.
    init(of context: TaskContext) throws(TaskFailure) {
        let paths = (context.args["files"]?.arrayValue ?? []).compactMap(\.stringValue)
        let isInterleaved = context.args["interleaved"]?.boolValue ?? false
        let paired = context.args["paired"]?.boolValue
        let arePairs = try Self.arePairs(paths.count, paired: paired, interleaved: isInterleaved)
        var files: [ReadFiles.File] = []
        var known: [FileNumber: String] = [:]
        for (place, path) in paths.enumerated() {
            let file = try Self.resolve(path, field: "args.files[\(place)]", in: context)
            if let number = FileNumber(of: file),
                let other = known.updateValue(path, forKey: number)
            {
                throw .task("args.files[\(place)]: \(path) is the same file as \(other)")
            }
            files.append(ReadFiles.File(path: file, name: path))
        }
        if arePairs {
            lanes = stride(from: 0, to: files.count, by: 2).map {
                ReadFiles(files: [files[$0], files[$0 + 1]])
            }
        } else {
            lanes = files.map { ReadFiles(files: [$0], isInterleaved: isInterleaved) }
        }
    }

    /// Whether the files are those of mates, first and second by turns.
    private static func arePairs(
        _ count: Int,
        paired: Bool?,
        interleaved: Bool
    ) throws(TaskFailure) -> Bool {
        guard count > 0 else { throw .task("args.files: names no file") }
        if interleaved {
            guard paired != false else {
                throw .task("args.interleaved: is true, but args.paired is false")
            }
            return false
        }
        switch paired {
        case true?:
            guard count > 1 else {
                throw .task(
                    "args.paired: is true, but args.files has one; say interleaved: true if mates "
                        + "follow each other in it"
                )
            }
        case false?: return false
        case nil where count == 1: return false
        case nil: break
        }
        guard count.isMultiple(of: 2) else {
            throw .task(
                "args.files: \(count) files are no pairs; the mates of each lane follow each other "
                    + "(R1, R2, R1, R2), and several files of single reads need paired: false"
            )
        }
        return true
    }

    private static func resolve(
        _ path: String,
        field: String,
        in context: TaskContext
    ) throws(TaskFailure) -> FilePath {
        let source: FilePath
        do {
            source = try DataPath.resolve(path, in: context.data, field: field)
        } catch {
            throw .task(error.description)
        }
        guard let size = Files.size(of: source) else {
            throw .task("args.files: \(path) is not a file")
        }
        guard size > 0 else { throw .task("args.files: \(path) is empty") }
        return source
    }
}

/// What tells whether two names are those of one file.
private struct FileNumber: Hashable {
    let device: UInt
    let file: UInt

    init?(of path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
        device = UInt(status.st_dev)
        file = UInt(status.st_ino)
    }
}
