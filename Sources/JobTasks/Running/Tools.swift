import Glibc

/// The programs that tasks run, and where they are found.
package enum Tools {
    /// The folders that are searched, in order: those of the server, or the usual ones.
    package static let searchPath: String = {
        let inherited = getenv("PATH").map { String(cString: $0) } ?? ""
        return inherited.isEmpty ? "/usr/local/bin:/usr/bin:/bin" : inherited
    }()

    /// The Debian packages that bring the tools of the built-in tasks.
    private static let packages = [
        "bowtie2": "bowtie2", "bowtie2-build": "bowtie2", "bowtie2-align-s": "bowtie2",
        "bowtie2-align-l": "bowtie2", "snap-aligner": "snap-aligner", "gzip": "gzip",
        "blastn": "ncbi-blast+", "makeblastdb": "ncbi-blast+",
        "skewer": "skewer", "fastqc": "fastqc", "spades.py": "spades",
        "hmmscan": "hmmer", "hmmpress": "hmmer", "samtools": "samtools", "bwa": "bwa",
    ]

    /// Whether a program can be started.
    ///
    /// - Parameter name: A name to be searched for, or a path.
    /// - Returns: True if there is an executable file.
    package static func isThere(_ name: String) -> Bool { path(of: name) != nil }

    /// Searches for a program.
    ///
    /// - Parameter name: A name to be searched for, or a path.
    /// - Returns: The path of the first executable file of that name; nil if there is none.
    static func path(of name: String) -> String? {
        if isPath(name) { return isExecutable(name) ? name : nil }
        return searchPath.split(separator: ":").lazy.map { "\($0)/\(name)" }
            .first(where: isExecutable)
    }

    /// The sentence that says which of the tools are missing; nil if none is.
    package static func missing(among tools: [String]) -> String? {
        let missing = tools.filter { !isThere($0) }
        guard let first = missing.first else { return nil }
        return missing.count == 1
            ? isMissing(first)
            : missing.map { isMissing($0) }.joined(separator: "; ")
    }

    /// The sentence that says that a tool is missing and what brings it.
    package static func isMissing(_ tool: String) -> String {
        if let package = packages[tool] {
            return "\(tool) is not installed (Debian package \(package))"
        }
        return isPath(tool)
            ? "\(tool) is not there or not executable"
            : "\(tool) is not installed (not found on PATH)"
    }

    /// Whether a program is named by its path, and not to be searched for.
    ///
    /// By bytes, as the system looks for it: to Swift a slash with a combining mark is none.
    package static func isPath(_ name: String) -> Bool { name.utf8.contains(slash) }

    private static let slash = UInt8(ascii: "/")

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        guard path.utf8.first == slash, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return false }
        return access(path, X_OK) == 0
    }
}
