/// One element of a command line, with placeholders such as `{args.reference}` or `{work}`.
///
/// `{{` and `}}` stand for braces. A value is put in as it is, and never becomes
/// more than one argument: no shell sees it, and nothing is split. Only a
/// placeholder of a *list* that is the whole element (`"{args.reads}"`) becomes
/// one argument for each of the list's elements; inside a longer text a list or
/// an object is refused when the task is read.
public struct Template: Hashable, Sendable {
    /// What a placeholder stands for.
    package enum Placeholder: Hashable, Sendable {
        case argument(String)
        case variable(Variable)
    }

    /// What every job has, whatever its arguments.
    package enum Variable: String, Hashable, Sendable, CaseIterable {
        case id
        case task
        case proc
        case mem
        case work
        case data
    }

    package enum Part: Hashable, Sendable {
        case text(String)
        case placeholder(Placeholder)
    }

    /// The text as its author wrote it.
    public let source: String

    package let parts: [Part]

    /// Takes a text apart.
    ///
    /// - Parameter source: The text as its author wrote it.
    /// - Throws: What is wrong with its braces, or which placeholder is unknown.
    public init(_ source: String) throws(TemplateError) {
        self.source = source
        parts = try Self.parse(source)
    }

    /// A text that is one part of another.
    init(_ part: Part) {
        source = ""
        parts = [part]
    }

    /// The arguments that are used.
    package var arguments: [String] {
        parts.compactMap {
            if case .placeholder(.argument(let name)) = $0 { name } else { nil }
        }
    }

    /// Whether the whole text is one placeholder.
    package var isWholePlaceholder: Bool { parts.count == 1 && !arguments.isEmpty }

    private static func parse(_ source: String) throws(TemplateError) -> [Part] {
        var parts: [Part] = []
        var text = ""
        // Not by characters: a brace before a combining mark is a brace.
        var rest = source.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                text.unicodeScalars.append(scalar)
                rest.removeFirst()
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw TemplateError(
                        message: "'{' without '}' in \"\(source)\"; write {{ for a brace"
                    )
                }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.placeholder(try placeholder(named: String(rest[..<end]))))
                rest = rest[rest.index(after: end)...]
            case "}":
                throw TemplateError(
                    message: "'}' without '{' in \"\(source)\"; write }} for a brace"
                )
            default:
                text.unicodeScalars.append(scalar)
            }
        }
        if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
        return parts
    }

    private static func placeholder(named name: String) throws(TemplateError) -> Placeholder {
        let prefix = "args."
        if name.hasPrefix(prefix) {
            return .argument(String(name.dropFirst(prefix.count)))
        }
        guard let variable = Variable(rawValue: name) else {
            let known = Variable.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
            throw TemplateError(
                message: "unknown placeholder {\(name)}; there are {args.NAME} \(known)"
            )
        }
        return .variable(variable)
    }
}

/// Why a text with placeholders cannot be used.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in a sentence for people.
    public let message: String

    /// A sentence for people.
    public var description: String { message }
}
