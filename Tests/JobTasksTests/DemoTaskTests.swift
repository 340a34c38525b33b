import Foundation
import JobTaskFiles
import JobTasks
import SystemPackage
import Testing

@Suite("Task files that come with the project")
struct DemoTaskTests {
    @Test("Those of the demonstration are all right")
    func demonstration() {
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "scripts/demo")
        let catalogue = TaskCatalogue.load(folder: FilePath(folder.path))
        #expect(catalogue.problems == [])
        #expect(catalogue["count_words"] != nil)
        #expect(catalogue["fail_late"] != nil)
    }
}
