import Glibc
package import SystemPackage

/// Paths below the data folder, as people write them in arguments.
package enum DataPath {
    /// Checks a path's form: relative, and without `..`.
    ///
    /// - Parameters:
    ///   - path: The path as it was given.
    ///   - field: The argument, for the message.
    /// - Returns: The path without `.` and doubled slashes.
    /// - Throws: What is wrong with it.
    package static func normalize(
        _ path: String,
        field: String
    ) throws(ArgumentError) -> String {
        guard !path.utf8.contains(0) else {
            throw ArgumentError(field: field, message: "must not contain a zero byte")
        }
        // By bytes, as the file system reads it: to Swift a slash with a combining mark is none.
        let slash = UInt8(ascii: "/")
        guard path.utf8.first != slash else {
            throw ArgumentError(
                field: field,
                message: "must be relative to the data folder, not begin with '/'"
            )
        }
        let parts = path.utf8.split(separator: slash).map { String(Substring($0)) }
            .filter { $0 != "." }
        guard !parts.contains("..") else {
            throw ArgumentError(field: field, message: "must not contain '..'")
        }
        guard !parts.isEmpty else {
            throw ArgumentError(field: field, message: "must name a file below the data folder")
        }
        return parts.joined(separator: "/")
    }

    /// Finds what a path stands for, following links.
    ///
    /// - Parameters:
    ///   - path: A path relative to the data folder.
    ///   - data: The data folder.
    ///   - field: The argument, for the message.
    /// - Returns: The real path, below the real data folder.
    /// - Throws: That there is nothing, or that a link leads outside.
    package static func resolve(
        _ path: String,
        in data: FilePath,
        field: String
    ) throws(ArgumentError) -> FilePath {
        let relative = try normalize(path, field: field)
        guard let root = realPath(data) else {
            throw ArgumentError(field: field, message: "the data folder \(data) is not there")
        }
        guard let target = realPath(data.appending(relative)) else {
            let reason =
                errno == ENOENT
                ? "there is no such file below the data folder"
                : String(cString: strerror(errno))
            throw ArgumentError(field: field, message: "\(relative): \(reason)")
        }
        guard target.starts(with: root), target != root else {
            throw ArgumentError(
                field: field,
                message: "\(relative): a link in it leads out of the data folder"
            )
        }
        return target
    }

    /// The path without links, or nil, with `errno` saying why.
    package static func realPath(_ path: FilePath) -> FilePath? {
        path.withPlatformString { text in
            guard let resolved = realpath(text, nil) else { return nil }
            defer { free(resolved) }
            return FilePath(platformString: resolved)
        }
    }
}
