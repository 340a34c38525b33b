import Foundation
import JSON

/// Calls `make-dataset`, which lies beside the program, or in the checkout that it was built in.
///
/// A script, and not a part of this program: the tests of the tasks use it too, it must be the same for years, and
/// Python is there wherever the tasks work, because bowtie2's and SPAdes' programs are written in it.
struct DataSetMaker {
    let script: String
    let interrupt: ValidationInterrupt

    /// Finds the script.
    ///
    /// - Throws: Where it was looked for.
    init(interrupt: ValidationInterrupt) throws(CommandFailure) {
        guard let scripts = ProgramFiles.scripts else {
            throw CommandFailure(
                .failed,
                "make-dataset is missing: it belongs into share/jobsync/scripts beside the program's "
                    + "bin, with its folder dataset"
            )
        }
        script = scripts + "/make-dataset"
        self.interrupt = interrupt
    }

    /// Makes a data set.
    ///
    /// - Parameters:
    ///   - batch: Which one.
    ///   - folder: Where to; it is made.
    /// - Returns: The truth about its samples.
    /// - Throws: What the script complains of.
    func make(
        _ batch: ValidationPlan.Batch,
        in folder: String
    ) async throws(CommandFailure) -> [SampleTruth] {
        let program = try ChildProgram(
            "python3",
            [script, folder] + batch.options,
            base: folder
        )
        let status = try await interrupt.during(
            endingBy: { program.end() },
            do: { () async throws(CommandFailure) in await program.wait() }
        )
        guard status == 0 else {
            throw CommandFailure(.failed, "make-dataset: \(program.complaint)")
        }
        guard let data = FileManager.default.contents(atPath: folder + "/truth.json"),
            let truth = try? JSONValue(parsing: Array(data)),
            let samples = SampleTruth.all(in: truth)
        else {
            throw CommandFailure(.failed, "make-dataset: \(folder)/truth.json cannot be read")
        }
        return samples
    }
}
