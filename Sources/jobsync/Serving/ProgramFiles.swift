import Foundation
import JSON

/// Finds what belongs to the program: its worker, its page, its description and its scripts.
///
/// Beside the program as it was built or installed: `bin/jobsync` has its files
/// in `share/jobsync`, and a program within a checkout uses those of the checkout.
enum ProgramFiles {
    private static var program: URL {
        let link = "/proc/self/exe"
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? link
        return URL(fileURLWithPath: path)
    }

    /// The program.
    static var itself: String { program.path }

    /// The folder of the script that makes data, if there is one.
    static var scripts: String? { find("scripts", inCheckout: "scripts", mark: "make-dataset") }

    /// The worker, which lies beside the program.
    static var worker: String {
        program.deletingLastPathComponent().appending(path: "jobsync-worker").path
    }

    /// The folder of the page's files, if there is one.
    static var web: String? { find("web", inCheckout: "clients/web", mark: "index.html") }

    /// The answer to `rpc.discover`.
    static var discovery: JSONValue {
        guard let folder = find("protocol", inCheckout: "protocol", mark: "openrpc.json"),
            let content = try? GivenFile.read(folder + "/openrpc.json"),
            let document = try? JSONValue(parsing: content, maximumDepth: 128)
        else { return [:] }
        return document
    }

    private static func find(_ name: String, inCheckout path: String, mark: String) -> String? {
        let folder = program.deletingLastPathComponent()
        var candidates = [
            folder.deletingLastPathComponent().appending(path: "share/jobsync/\(name)")
        ]
        var ancestor = folder
        while ancestor.path != "/" {
            candidates.append(ancestor.appending(path: path))
            ancestor = ancestor.deletingLastPathComponent()
        }
        return candidates.first {
            FileManager.default.fileExists(atPath: $0.appending(path: mark).path)
        }?.path
    }
}
