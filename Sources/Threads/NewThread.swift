import CPlatform
import Dispatch

/// The one place where this room makes threads.
///
/// A machine that is full has none to give: a control group or a user may have only so many processes, a
/// process only so much memory. That passes, and must not end anybody.
enum NewThread {
    /// Starts one.
    ///
    /// - Parameters:
    ///   - name: What debuggers and `top -H` show; Linux keeps 15 bytes of it.
    ///   - isJoined: Whether somebody will join it.
    ///   - body: What it does.
    /// - Returns: The thread; nil if the system has none to give.
    static func start(
        named name: String,
        isJoined: Bool = false,
        _ body: @escaping @Sendable () -> Void
    ) -> pthread_t? {
        let work = Unmanaged.passRetained(ThreadBody(name: name, perform: body))
        var handle = pthread_t()
        guard pthread_create(&handle, nil, runThreadBody, work.toOpaque()) == 0 else {
            work.release()
            return nil
        }
        if !isJoined { pthread_detach(handle) }
        return handle
    }
}

/// Whether the system has threads to give.
public enum ThreadRoom {
    /// Tries it, by making some that end again.
    ///
    /// - Parameter count: How many.
    /// - Returns: Whether there could be as many at once.
    public static func has(_ count: Int) -> Bool {
        let gate = DispatchSemaphore(value: 0)
        let made = (0..<count).prefix { _ in
            NewThread.start(named: "try") { gate.wait() } != nil
        }
        for _ in made { gate.signal() }
        return made.count == count
    }
}

/// What a thread does, until it has begun to.
private final class ThreadBody: Sendable {
    let name: String
    let perform: @Sendable () -> Void

    init(name: String, perform: @escaping @Sendable () -> Void) {
        self.name = name
        self.perform = perform
    }
}

/// A thread's main function; `argument` is its `ThreadBody`, retained.
private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    platform_name_thread(body.name)
    body.perform()
    return nil
}
