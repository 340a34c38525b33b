import Compression
import Dispatch
import Synchronization
import SystemPackage

/// A gzip file that one thread writes and several compress.
///
/// The text is cut into blocks; those that wait are compressed at the same time and written in their order. Where
/// the machine has no thread left, the one that writes compresses itself.
final class GzipOutput {
    /// So much that blocks hardly cost anything, and so little that all threads soon have one.
    private static let blockSize = 512 << 10

    private let file: OutputFile
    private let threads: Int
    private var text: [UInt8] = []
    private var blocks: [BlockWork] = []
    private var end = GzipEnd()

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - name: Its path below the work folder.
    ///   - work: The work folder.
    ///   - threads: How many compress at the same time at most, from 1.
    /// - Throws: Why it cannot be made.
    init(_ name: String, in work: FilePath, threads: Int) throws(TaskFailure) {
        file = try OutputFile(name, in: work)
        self.threads = threads
        var start = DeflatedBlock.start
        try file.write(&start)
    }

    /// Takes in a piece of the text.
    ///
    /// - Throws: Why what was compressed cannot be written.
    func write(_ piece: [UInt8]) throws(TaskFailure) {
        text.append(contentsOf: piece)
        if text.count >= Self.blockSize { try compress() }
    }

    /// Compresses and writes what is left, and the file's end.
    ///
    /// - Throws: Why it cannot be written.
    func finish() throws(TaskFailure) {
        if !text.isEmpty { try compress() }
        while !blocks.isEmpty { try writeFirst() }
        var end = end.bytes
        try file.write(&end)
    }

    private func compress() throws(TaskFailure) {
        if blocks.count == threads { try writeFirst() }
        let block = BlockWork(text)
        text = []
        text.reserveCapacity(Self.blockSize * 3 / 2)
        blocks.append(block)
        DispatchQueue.global().async { block.perform() }
    }

    private func writeFirst() throws(TaskFailure) {
        let block = blocks.removeFirst().result()
        end.add(block)
        var bytes = block.bytes
        try file.write(&bytes)
    }
}

/// A block that whoever comes first compresses.
private final class BlockWork: Sendable {
    private enum State {
        case waiting([UInt8])
        case underWay
        case done(DeflatedBlock)
    }

    private let state: Mutex<State>
    private let isDone = DispatchSemaphore(value: 0)

    init(_ text: [UInt8]) { state = Mutex(.waiting(text)) }

    /// Compresses the block, unless somebody does.
    func perform() {
        let text: [UInt8]? = state.withLock { state in
            guard case .waiting(let text) = state else { return nil }
            state = .underWay
            return text
        }
        guard let text else { return }
        let block = DeflatedBlock(text)
        state.withLock { $0 = .done(block) }
        isDone.signal()
    }

    /// Waits for the compressed block; to be asked once.
    func result() -> DeflatedBlock {
        perform()
        isDone.wait()
        guard case .done(let block) = state.withLock({ $0 }) else {
            preconditionFailure("a block that is signalled is done")
        }
        return block
    }
}
