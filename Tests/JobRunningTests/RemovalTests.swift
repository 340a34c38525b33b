import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What is removed is gone from its place at once, and from the disk by and by.
@Suite(.timeLimit(.minutes(6)))
struct RemovalTests {
    private static let folders = [".gone", "runs", "work", "logs/jobs", "outputs"]

    private func place(_ folder: String, of bench: Bench) -> FilePath {
        bench.folders.data.pushing(FilePath(folder))
    }

    /// What waits to be deleted.
    private func hiddenNames(_ bench: Bench) -> [String] {
        Self.folders.flatMap { folder in
            (try? Files.names(in: place(folder, of: bench))) ?? []
        }.filter { $0.hasPrefix(".gone-") }
    }

    /// Makes a folder of many.
    private func fill(_ folder: FilePath, with count: Int) throws {
        try Files.makeFolder(folder)
        for number in 0..<count { try Files.makeFolder(folder.appending("\(number)")) }
    }

    @Test func strayFoldersAreGoneWhenTheSweepReturnsAndAJobOfThatNameMayStart() async throws {
        let bench = try Bench(.shell("echo new > made"))
        let order = try bench.order("script")
        // More than are deleted without a rest.
        try fill(bench.folders.run(of: order.id).appending("old"), with: 1200)
        try fill(bench.folders.work(of: order.id).appending("old"), with: 300)
        try fill(bench.folders.work(of: "job2"), with: 3)
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []).isEmpty)
        #expect(!Files.exists(bench.folders.run(of: order.id)))
        #expect(!Files.exists(bench.folders.work(of: order.id)))
        #expect(!Files.exists(bench.folders.work(of: "job2")))
        await runner.start(order)
        #expect(try await runner.end().state == .complete)
        await runner.forget(order.id)
        #expect(!Files.exists(bench.folders.run(of: order.id)))
        await runner.finishSweep()
        #expect(hiddenNames(bench).isEmpty)
    }

    @Test func whatAnEarlierServerDidNotComeToDeleteGoesAtTheStart() async throws {
        let bench = try Bench(.shell("true"))
        for folder in Self.folders {
            try fill(place(folder, of: bench).appending(".gone-job1-x"), with: 3)
        }
        #expect(hiddenNames(bench).count == Self.folders.count)
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []).isEmpty)
        await runner.finishSweep()
        #expect(hiddenNames(bench).isEmpty)
    }

    /// Whatever stands in the place of the folder for what is removed, it is neither followed nor needed.
    @Test(arguments: ["a link", "a file"])
    func removalDoesWithoutItsFolder(instead: String) async throws {
        let bench = try Bench(.shell("true"))
        let elsewhere = bench.folders.data.appending("elsewhere")
        try fill(elsewhere.appending(".gone-precious"), with: 3)
        if instead == "a link" {
            try Files.link(bench.folders.data.appending(".gone"), to: elsewhere)
        } else {
            try Files.write([], to: bench.folders.data.appending(".gone"))
        }
        try fill(bench.folders.work(of: "job1"), with: 3)
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []).isEmpty)
        #expect(!Files.exists(bench.folders.work(of: "job1")))
        await runner.finishSweep()
        #expect(try Files.names(in: bench.folders.data.appending("work")).isEmpty)
        #expect(try Files.names(in: elsewhere) == [".gone-precious"])
    }

    /// Work folders may be on a disk of their own, to which nothing can be moved in one step.
    @Test func workOnAnotherFileSystemIsRemovedThere() async throws {
        let bench = try Bench(.shell("true"))
        let other = FilePath("/dev/shm/\(bench.folders.data.lastComponent?.string ?? "")")
        try Files.makeFolder(other)
        defer { try? Files.remove(other) }
        try Files.link(bench.folders.data.appending("work"), to: other)
        try fill(bench.folders.work(of: "job1"), with: 3)
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []).isEmpty)
        #expect(!Files.exists(bench.folders.work(of: "job1")))
        await runner.finishSweep()
        #expect(try Files.names(in: other).isEmpty)
    }
}
