import CPlatform
import DequeModule
import Dispatch
import Synchronization

/// A fixed number of threads that run what blocks, and the line of those who wait for one.
///
/// The concurrency runtime's own threads are as many as there are cores, and must never block.
final class WorkerThreads: Sendable {
    typealias Work = @Sendable () -> Void

    private struct State {
        var waiting = Deque<Work>()
        var isClosing = false
        /// Threads that have not come to their end.
        var running: Int
        var hasEnded = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    /// Counts one for each work that waits, and at the end one for each thread.
    private let wakeups = DispatchSemaphore(value: 0)
    private let name: String
    private let atEnd: Work

    /// Starts the threads.
    /// - Parameters:
    ///   - count: how many
    ///   - name: what debuggers and `top -H` show
    ///   - atEnd: what the last thread does when there is no more work and it ends
    /// - Returns: what hands work to them
    static func start(_ count: Int, name: String, atEnd: @escaping Work) -> WorkerThreads {
        let threads = WorkerThreads(count, name: name, atEnd: atEnd)
        for number in 0..<count {
            var handle = pthread_t()
            let this = Unmanaged.passRetained(threads)
            let error = pthread_create(&handle, nil, runWorkerThread, this.toOpaque())
            guard error == 0 else {
                // Fewer do the same work in more time; without any, nobody would.
                precondition(number > 0, "no threads: \(String(cString: strerror(error)))")
                this.release()
                threads.state.withLock { $0.running -= count - number }
                break
            }
            pthread_detach(handle)
        }
        return threads
    }

    private init(_ count: Int, name: String, atEnd: @escaping Work) {
        state = Mutex(State(running: count))
        self.name = name
        self.atEnd = atEnd
    }

    /// Puts work at the end of the line.
    /// - Returns: false if the threads are ending, and the work will not be done
    func enqueue(_ work: @escaping Work) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosing else { return false }
            state.waiting.append(work)
            return true
        }
        if isTaken {
            wakeups.signal()
        }
        return isTaken
    }

    /// Lets the threads end once what waits now has been done.
    func close() {
        let count = state.withLock { state in
            guard !state.isClosing else { return 0 }
            state.isClosing = true
            return state.running
        }
        for _ in 0..<count {
            wakeups.signal()
        }
    }

    /// Waits until the last thread has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded {
                    state.closers.append(continuation)
                }
                return state.hasEnded
            }
            if hasEnded {
                continuation.resume()
            }
        }
    }

    fileprivate func run() {
        platform_name_thread(name)
        while let work = next() {
            work()
        }
        let isLast = state.withLock { state in
            state.running -= 1
            return state.running == 0
        }
        guard isLast else { return }
        atEnd()
        let closers = state.withLock { state in
            state.hasEnded = true
            return state.closers
        }
        for closer in closers {
            closer.resume()
        }
    }

    private func next() -> Work? {
        wakeups.wait()
        return state.withLock { $0.waiting.popFirst() }
    }
}

/// A thread's main function; `argument` is its `WorkerThreads`, retained.
private func runWorkerThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<WorkerThreads>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
