import Compression
import Foundation
import JSON
import Sequences

/// A reference in files, taken apart into what messages can hold.
struct ReferenceFiles {
    /// How much of it one message takes; the server's limit is 1 MiB for all.
    private static let partBytes = 400 << 10
    private static let messageBytes = 1_000_000

    /// The lists, and of which members the server makes use; nil for all.
    private static let lists: [(name: String, members: Set<String>?)] = [
        ("viruses", nil),
        ("sequences", ["_id", "isolate_id", "definition", "segment", "sequence"]),
        ("history", ["entry_id", "index"]), ("hmm", ["_id", "cluster", "label"]),
    ]

    private var content: [String: [JSONValue]] = [:]
    /// What is sent as it is: the file of a reference, and its table.
    private var texts: [(name: String, text: String)] = []
    /// Which file each list and text comes from.
    private var sources: [String: String] = [:]

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - path: FASTA or JSON, plain or compressed with gzip; a folder, or the file `viruses.json` in one.
    ///   - table: A table that says what the sequences of FASTA are of.
    /// - Throws: What cannot be read or is not as it must be.
    init(_ path: String, table: String? = nil) throws(CommandFailure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(.usage, "\(path): no such file or folder")
        }
        if let table {
            let bytes = try Self.bytes(of: table)
            guard bytes.contains(where: { $0 > 0x20 }) else {
                throw CommandFailure(.usage, "\(table) is empty")
            }
            try add("table", bytes, from: table)
        }
        if isFolder.boolValue {
            try read(folder: URL(filePath: path))
        } else {
            try read(file: path)
        }
        guard table == nil || texts.contains(where: { $0.name == "text" }) else {
            throw CommandFailure(.usage, "--table goes with FASTA, and \(path) is none")
        }
    }

    private mutating func read(file path: String) throws(CommandFailure) {
        let bytes = try Self.bytes(of: path)
        let first = bytes.first { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) }
        if let format = FileFormat(beginning: Array(bytes.prefix(FileFormat.tellingBytes))),
            format != .json
        {
            throw CommandFailure(.usage, "\(path) is \(format.rawValue)")
        }
        guard first != UInt8(ascii: ">") else { return try add("text", bytes, from: path) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            let reason =
                first == nil ? "is empty" : "is neither FASTA, which begins with '>', nor JSON"
            throw CommandFailure(.usage, "\(path) \(reason)")
        }
        let whole = try Self.parse(bytes, path)
        switch whole {
        case .object(let members) where members["viruses"] == nil && members["otus"] != nil:
            // Whole, as Virtool exports it: places in it stay what they are in the file.
            try add("text", bytes, from: path)
        case .object(let members):
            for (name, _) in Self.lists {
                guard let value = members[name], !value.isNull else { continue }
                content[name] = try Self.list(value, "\(path): \(name)")
                sources[name] = path
            }
            if content["viruses"] == nil {
                throw CommandFailure(
                    .usage,
                    "\(path): there is neither a list \"viruses\" in it nor, as Virtool exports it, "
                        + "a list \"otus\""
                )
            }
        case .array where URL(filePath: path).lastPathComponent == "viruses.json":
            try read(folder: URL(filePath: path).deletingLastPathComponent())
        default:
            throw CommandFailure(
                .usage,
                "\(path): must be an object with the lists viruses and sequences, or with otus, or "
                    + "FASTA, or be called viruses.json and lie beside sequences.json"
            )
        }
    }

    private mutating func read(folder: URL) throws(CommandFailure) {
        for (name, _) in Self.lists {
            let file = folder.appending(path: "\(name).json").path
            let isThere = FileManager.default.fileExists(atPath: file)
            guard isThere || name == "viruses" || name == "sequences" else { continue }
            content[name] = try Self.list(try Self.parse(try Self.bytes(of: file), file), file)
            sources[name] = file
        }
    }

    private mutating func add(
        _ name: String,
        _ bytes: [UInt8],
        from path: String
    ) throws(CommandFailure) {
        if let format = FileFormat(beginning: Array(bytes.prefix(FileFormat.tellingBytes))),
            [.zip, .utf16].contains(format)
        {
            let hint = format == .zip ? "; of a workbook save the sheet as text (CSV UTF-8)" : ""
            throw CommandFailure(.usage, "\(path) is \(format.rawValue)\(hint)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.usage, "\(path): \(Self.notUTF8(bytes))")
        }
        texts.append((name, text))
        sources[name] = path
    }

    /// A message of the server about what was sent, with the file that it is about.
    ///
    /// - Parameter message: The message; it begins with the field, such as `sequences[3]._id: …`.
    /// - Returns: The message with the file before it, in the place of a field that stands for a whole file.
    func located(_ message: String) -> String {
        let name = String(message.prefix { $0.isLetter })
        guard let source = sources[name] ?? sources["text"] else { return message }
        guard name == "text" || name == "table" else { return "\(source): \(message)" }
        return source + message.dropFirst(name.count)
    }

    // MARK: Files

    private static func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try GivenFile.read(path)
        } catch {
            throw CommandFailure(.usage, "\(path): \(reason(of: error))")
        }
        do throws(GzipError) {
            return try plain(bytes)
        } catch {
            throw CommandFailure(.usage, "\(path): \(error)")
        }
    }

    /// What is in a file that may be compressed.
    private static func plain(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
        var content = FileContent()
        var text: [UInt8] = []
        content.feed(bytes)
        while let piece = try content.next() { text += piece }
        return text + (try content.finish())
    }

    /// Where a text is no UTF-8, and what may help.
    private static func notUTF8(_ bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let place = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        return
            "line \(place + 1): is not UTF-8; if it is text in an older encoding, such as Latin-1 or that "
            + "of Windows, convert it with: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func parse(_ bytes: [UInt8], _ path: String) throws(CommandFailure) -> JSONValue
    {
        do throws(JSONParseError) {
            let isMarked = bytes.starts(with: byteOrderMark)
            return try JSONValue(parsing: isMarked ? Array(bytes.dropFirst(3)) : bytes)
        } catch {
            throw CommandFailure(.usage, "\(path) is not JSON: \(error)")
        }
    }

    private static func list(
        _ value: JSONValue,
        _ name: String
    ) throws(CommandFailure) -> [JSONValue] {
        guard let elements = value.arrayValue else {
            throw CommandFailure(.usage, "\(name) must be a list, not \(value.typeName)")
        }
        return elements
    }

    // MARK: Parts

    /// The reference in parts, at least one.
    func parts() throws(CommandFailure) -> [JSONObject] {
        var parts: [JSONObject] = texts.flatMap { name, text in
            Self.pieces(of: text).map { [name: .string($0)] }
        }
        var part: JSONObject = [:]
        var size = 0
        for (name, members) in Self.lists {
            var elements: [JSONValue] = []
            for (index, element) in (content[name] ?? []).enumerated() {
                let element = Self.reduced(element, to: members)
                let bytes = element.encoded.count + 1
                guard bytes <= Self.messageBytes else {
                    throw CommandFailure(
                        .usage,
                        "\(name)[\(index)] is larger than a message to the server may be (1 MB)"
                    )
                }
                if size > 0, size + bytes > Self.partBytes {
                    if !elements.isEmpty { part[name] = .array(elements) }
                    parts.append(part)
                    (part, elements, size) = ([:], [], 0)
                }
                elements.append(element)
                size += bytes
            }
            if !elements.isEmpty { part[name] = .array(elements) }
        }
        return parts.isEmpty || !part.isEmpty ? parts + [part] : parts
    }

    /// A text in pieces of which each fits a message, however much of it must be escaped.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            var size = 0
            let piece = rest.prefix { scalar in
                // A control character takes six bytes, others are escaped with one more or not at all.
                size += scalar.value < 0x20 ? 6 : UTF8.width(scalar) + 1
                return size <= partBytes
            }
            pieces.append(String(piece))
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    private static func reduced(_ element: JSONValue, to members: Set<String>?) -> JSONValue {
        guard let members, case .object(let all) = element else { return element }
        return .object(all.filter { members.contains($0.key) })
    }
}
