/// Which files of its work folder a job keeps, such as `out.sam`, `qc/*.html` or `logs/**`.
///
/// `*` and `?` stand for characters of a name, `[ab]` for one of some, `**` for any folders; names
/// that begin with a dot are matched only by patterns that do. What stands for a
/// placeholder is taken as it is.
public struct OutputPattern: Hashable, Sendable {
    /// The pattern, relative to the work folder, with placeholders.
    public let template: Template
    /// Whether a job that has made no such file is complete all the same.
    public let isOptional: Bool

    /// Takes a pattern.
    ///
    /// - Parameters:
    ///   - template: The pattern, relative to the work folder.
    ///   - isOptional: Whether a job that has made no such file is complete all the same.
    /// - Throws: What is wrong with it.
    public init(_ template: Template, isOptional: Bool = false) throws(TemplateError) {
        self.template = template
        self.isOptional = isOptional
        for case .placeholder(.variable(let variable)) in template.parts
        where variable == .work || variable == .data {
            let why = "is relative to the work folder, and cannot have {\(variable.rawValue)} in it"
            throw TemplateError(message: why)
        }
        var shape = ""
        for part in template.parts {
            // What a placeholder stands for is looked at when it is known.
            if case .text(let text) = part { shape += text } else { shape += "x" }
        }
        if let problem = Self.problem(of: shape) { throw TemplateError(message: problem) }
    }

    /// What is wrong with a pattern whose placeholders are filled in; nil if nothing is.
    package static func problem(of pattern: String) -> String? {
        guard !pattern.isEmpty else { return "must not be empty" }
        guard !pattern.utf8.contains(0) else { return "must not contain a zero byte" }
        // By bytes, as the file system reads it: to Swift a slash with a combining mark is none.
        guard pattern.utf8.first != slash else {
            return "must be relative to the work folder, not begin with '/'"
        }
        let parts = components(of: pattern)
        guard !parts.contains("..") else { return "must not contain '..'" }
        guard !parts.isEmpty, pattern.utf8.last != slash else {
            return "must name files; write FOLDER/** for all that is in a folder"
        }
        guard !parts.contains(where: { $0 != "**" && $0.contains("**") }) else {
            return "'**' stands for whole folders, and must be alone between slashes"
        }
        return nil
    }

    private static let slash = UInt8(ascii: "/")

    /// The pattern's parts between slashes.
    package static func components(of pattern: String) -> [String] {
        pattern.utf8.split(separator: slash).map { String(Substring($0)) }.filter { $0 != "." }
    }
}
