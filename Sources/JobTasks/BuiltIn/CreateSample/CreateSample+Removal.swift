import JSON
import JobModel
import SystemPackage

extension CreateSample {
    private var removesRawFiles: Bool { context.args["remove_raw"]?.boolValue ?? false }

    /// Refuses to remove what something else is made of.
    func checkRemoval() throws(TaskFailure) {
        guard removesRawFiles else { return }
        for path in rawPaths {
            let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
            let first = parts.first { $0 != "." } ?? ""
            guard !DataKind.allCases.contains(where: { $0.plural == first }) else {
                throw .task("args.remove_raw: \(path) belongs to what is kept and must stay")
            }
        }
    }

    func removeRawFiles() async throws(TaskFailure) {
        guard removesRawFiles else { return }
        for path in rawPaths {
            do {
                try Files.remove(context.data.pushing(FilePath(path)))
                context.log("removed \(path)")
            } catch {
                context.log("\(path) cannot be removed: \(error)")
            }
        }
    }
}
