import Foundation
import JobTasks
import SystemPackage

/// The page's files, read once and served from memory.
public struct PageFiles: Sendable {
    struct File: Sendable {
        let type: String
        let etag: String
        let bytes: [UInt8]
    }

    private var files: [String: File] = [:]

    /// No page at all.
    public init() {}

    /// Reads all files of a folder that a page may consist of.
    ///
    /// - Parameter folder: The folder with `index.html`.
    public init(folder: String) {
        let root = URL(fileURLWithPath: folder).standardizedFileURL
        guard
            let walker = FileManager.default.enumerator(
                at: root,
                includingPropertiesForKeys: nil,
                options: [.skipsHiddenFiles]
            )
        else { return }
        for case let url as URL in walker {
            guard let type = Self.types[url.pathExtension],
                // No pipe or device: whoever reads one could wait for ever.
                let content = try? Files.read(FilePath(url.path), followsLink: true)
            else { continue }
            let path = url.standardizedFileURL.path.dropFirst(root.path.count)
            files[String(path)] = File(
                type: type,
                etag: Self.etag(of: content),
                bytes: content
            )
        }
        files["/"] = files["/index.html"]
    }

    /// Whether there is a page to show.
    public var isEmpty: Bool { files.isEmpty }

    /// The file at a path of the page; nothing outside the folder can be named.
    subscript(_ path: String) -> File? { files[path] }

    private static let types = [
        "html": "text/html; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
        "ts": "text/plain; charset=utf-8",
        "json": "application/json",
        "webmanifest": "application/manifest+json",
    ]

    /// A short name of the content: FNV-1a with 64 bits.
    private static func etag(of content: [UInt8]) -> String {
        let hash = content.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return "\"\(String(hash, radix: 16))\""
    }
}
