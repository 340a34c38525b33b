import Glibc
import JSON
import JobModel
import SystemPackage

extension TaskContext {
    /// The most files that a job may keep; who makes more packs them.
    static let maximumOutputs = 1000

    /// Where the files that jobs have kept lie, each job's in a folder of its own.
    package static let outputsFolder = "outputs"

    /// Moves files out of the work folder to where they are kept; all of them, or none.
    ///
    /// They are gathered beside their place first, and one rename puts them there: a job that
    /// is stopped or dies before has kept nothing.
    ///
    /// - Parameter files: The files; one that was found twice is kept once.
    /// - Throws: That there are too many, the job shall stop, or the disk refuses.
    func keep(_ files: [KeptFile]) throws(TaskFailure) {
        let byName = Dictionary(files.map { (ExactText($0.name), $0) }) { first, _ in first }
        let files = byName.sorted { $0.key < $1.key }.map(\.value)
        guard files.count <= Self.maximumOutputs else {
            throw .task(
                "outputs: \(files.count) files match, and a job may keep \(Self.maximumOutputs)"
            )
        }
        let outputs = data.appending(Self.outputsFolder)
        let place = outputs.appending(id.rawValue)
        do {
            try untilItWorks("the outputs cannot be kept") {
                try files.forEach(checkReadable)
                try makeRoom(for: place, in: outputs)
                do {
                    try move(files, by: work.appending(".jobsync-outputs"), to: place)
                } catch Errno.improperLink {
                    // The outputs are on another file system.
                    try move(files, by: outputs.appending(".\(id.rawValue).part"), to: place)
                }
            }
            try untilItWorks("the outputs cannot be synchronized") {
                try Files.sync(outputs, onlyItself: true)
            }
        } catch let failure as TaskFailure {
            throw failure
        } catch {
            throw .task("the outputs cannot be kept: \(error)" + spaceHint)
        }
        log(files.count == 1 ? "kept 1 output" : "kept \(files.count) outputs")
    }

    /// What a job has made and cannot be read is its own fault.
    private func checkReadable(_ file: KeptFile) throws(TaskFailure) {
        do {
            close(try Files.open(file.path, O_RDONLY))
        } catch  where !error.isLackOfMeans {
            throw .task("the output \(file.name) cannot be read: \(error)")
        } catch {
            // It is seen when it is taken.
        }
    }

    private func makeRoom(for place: FilePath, in outputs: FilePath) throws {
        try Files.makeFolder(outputs)
        // A file in its place, or a link that leads nowhere, is nothing that a job could do anything about.
        guard Files.isFolder(outputs.appending(".")) else { throw Errno.notDirectory }
        try Files.remove(place)
    }

    private func move(_ files: [KeptFile], by folder: FilePath, to place: FilePath) throws {
        try Files.remove(folder)
        try Files.makeFolder(folder)
        for file in files {
            try checkStopping()
            let target = folder.pushing(FilePath(file.name))
            try Files.makeFolder(target.removingLastComponent())
            try Files.take(file.path, to: target)
        }
        try Files.syncAll(folder)
        try checkStopping()
        try Files.move(folder, to: place)
    }
}

extension Files {
    /// Gives a file another name too; a copy where the file system has no second names.
    fileprivate static func take(_ file: FilePath, to target: FilePath) throws {
        let linked = file.withPlatformString { file in
            target.withPlatformString { Glibc.link(file, $0) }
        }
        if linked != 0 { try copy(file, to: target) }
    }

    /// Waits until a folder with all that is in it is on the disk.
    fileprivate static func syncAll(_ folder: FilePath) throws(Errno) {
        for name in try names(in: folder) {
            let path = folder.appending(name)
            if size(of: path) == nil { try syncAll(path) } else { try syncFile(path) }
        }
        try syncFile(folder)
    }
}
