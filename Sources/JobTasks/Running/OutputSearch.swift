import Glibc
import JSON
import SystemPackage

/// A file of a work folder that a job keeps.
struct KeptFile: Hashable {
    /// Its name below the folder of outputs, with slashes.
    let name: String
    /// Where it lies; for a link, where that leads.
    let path: FilePath
}

/// Finds the files of a work folder that match a pattern.
struct OutputSearch {
    private let work: FilePath
    private let realWork: FilePath

    init(in work: FilePath) {
        self.work = work
        realWork = DataPath.realPath(work) ?? work
    }

    /// Finds files; links are followed within the work folder.
    ///
    /// - Parameter pattern: The pattern, its placeholders filled in.
    /// - Returns: The files, in the order of their names; none if nothing matches.
    /// - Throws: A pattern or a match that must not be.
    func files(matching pattern: String) throws(TaskFailure) -> [KeptFile] {
        if let problem = OutputPattern.problem(of: pattern) {
            throw .task("outputs: \(pattern): \(problem)")
        }
        var found: [KeptFile] = []
        var folders: [String] = []
        try search(
            OutputPattern.components(of: pattern)[...],
            in: work,
            named: "",
            files: &found,
            folders: &folders
        )
        if found.isEmpty, let folder = folders.first {
            throw .task("outputs: \(folder) is a folder; write \(folder)/** for all that is in it")
        }
        return found.sorted { ExactText($0.name) < ExactText($1.name) }
    }

    private func search(
        _ pattern: ArraySlice<String>,
        in folder: FilePath,
        named prefix: String,
        files: inout [KeptFile],
        folders: inout [String]
    ) throws(TaskFailure) {
        guard let first = pattern.first else { return }
        let rest = pattern.dropFirst()
        let isAnywhere = first == "**"
        if isAnywhere {
            let here = rest.isEmpty ? ["*"] : rest
            try search(here, in: folder, named: prefix, files: &files, folders: &folders)
        }
        for name in try names(in: folder, prefix) where isAnywhere || Self.matches(name, first) {
            let place = try self.place(of: prefix + name, at: folder.appending(name))
            switch place.kind {
            case .folder where isAnywhere:
                // Links to folders could lead round in circles, and hidden folders are left out.
                guard !place.isLink, name.utf8.first != UInt8(ascii: ".") else { continue }
                try search(
                    pattern,
                    in: place.path,
                    named: prefix + name + "/",
                    files: &files,
                    folders: &folders
                )
            case .folder where !rest.isEmpty:
                try search(
                    rest,
                    in: place.path,
                    named: prefix + name + "/",
                    files: &files,
                    folders: &folders
                )
            case .folder:
                folders.append(prefix + name)
            case .file where rest.isEmpty && !isAnywhere:
                files.append(KeptFile(name: prefix + name, path: place.path))
            case .other where rest.isEmpty && !isAnywhere:
                throw .task("outputs: \(prefix + name) is neither a file nor a folder")
            case .file, .other:
                continue
            }
        }
    }

    private enum Kind { case file, folder, other }

    private func place(
        of name: String,
        at path: FilePath
    ) throws(TaskFailure) -> (kind: Kind, path: FilePath, isLink: Bool) {
        guard !name.unicodeScalars.contains("\u{FFFD}") else {
            throw .task("outputs: the name of \(name) is not UTF-8")
        }
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) == 0 else {
            throw .task("outputs: \(name) cannot be looked at: \(Errno(rawValue: errno))")
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        var target = path
        if isLink {
            guard let real = DataPath.realPath(path),
                real.withPlatformString({ lstat($0, &status) }) == 0
            else { throw .task("outputs: \(name) is a link that leads nowhere") }
            guard real.starts(with: realWork), real != realWork else {
                throw .task("outputs: \(name) is a link that leads out of the work folder")
            }
            target = real
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return (.file, target, isLink)
        case S_IFDIR: return (.folder, target, isLink)
        default: return (.other, target, isLink)
        }
    }

    private func names(in folder: FilePath, _ name: String) throws(TaskFailure) -> [String] {
        do {
            return try Files.names(in: folder)
        } catch {
            throw .task("outputs: the folder \(name) cannot be read: \(error)")
        }
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        fnmatch(pattern, name, FNM_PERIOD) == 0
    }
}
