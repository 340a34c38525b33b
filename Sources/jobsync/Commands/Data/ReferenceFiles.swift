import Foundation
import JSON

/// A reference in files, taken apart into what messages can hold.
struct ReferenceFiles {
    /// How much of it one message takes; the server's limit is 1 MiB for all.
    private static let partBytes = 400 << 10
    private static let messageBytes = 1_000_000

    /// The lists, and of which members the server makes use; nil for all.
    private static let lists: [(name: String, members: Set<String>?)] = [
        ("viruses", nil), ("sequences", ["_id", "isolate_id", "definition", "sequence"]),
        ("history", ["entry_id", "index"]), ("hmm", ["_id", "cluster", "label"]),
    ]

    private var content: [String: [JSONValue]] = [:]

    /// Reads the files.
    ///
    /// - Parameter path: One JSON file, a folder, or the file `viruses.json` in one.
    /// - Throws: What cannot be read or is not as it must be.
    init(_ path: String) throws(CommandFailure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(.usage, "\(path): no such file or folder")
        }
        let url = URL(filePath: path)
        if isFolder.boolValue {
            try read(folder: url)
            return
        }
        let whole = try Self.read(url)
        switch whole {
        case .object(let members):
            for (name, _) in Self.lists {
                guard let value = members[name], !value.isNull else { continue }
                content[name] = try Self.list(value, "\(path): \(name)")
            }
            if content["viruses"] == nil {
                throw CommandFailure(.usage, "\(path): there is no list \"viruses\" in it")
            }
        case .array where url.lastPathComponent == "viruses.json":
            try read(folder: url.deletingLastPathComponent())
        default:
            throw CommandFailure(
                .usage,
                "\(path): must be an object with the lists viruses and sequences, "
                    + "or be called viruses.json and lie beside sequences.json"
            )
        }
    }

    private mutating func read(folder: URL) throws(CommandFailure) {
        for (name, _) in Self.lists {
            let file = folder.appending(path: "\(name).json")
            let isThere = FileManager.default.fileExists(atPath: file.path)
            guard isThere || name == "viruses" || name == "sequences" else { continue }
            content[name] = try Self.list(try Self.read(file), file.path)
        }
    }

    private static func read(_ file: URL) throws(CommandFailure) -> JSONValue {
        do {
            return try JSONValue(parsing: [UInt8](try Data(contentsOf: file)))
        } catch let error as JSONParseError {
            throw CommandFailure(.usage, "\(file.path) is not JSON: \(error)")
        } catch {
            throw CommandFailure(.usage, "\(file.path): \(reason(of: error))")
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

    /// The reference in parts, at least one.
    func parts() throws(CommandFailure) -> [JSONObject] {
        var parts: [JSONObject] = []
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
        return parts + [part]
    }

    private static func reduced(_ element: JSONValue, to members: Set<String>?) -> JSONValue {
        guard let members, case .object(let all) = element else { return element }
        return .object(all.filter { members.contains($0.key) })
    }
}
