import CPlatform
import CThreads
import DequeModule
import Synchronization

/// A loop that waits for descriptors to become readable, and for times.
///
/// What it calls back is called on its executor's thread, between jobs, so that an actor of that executor may
/// assume to be itself. It needs no other thread.
public final class DescriptorLoop: ThreadLoop {
    /// Something that is waited for, until it is taken back.
    public struct Watch: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Handler: Sendable {
        let action: @Sendable () -> Void
        var descriptor: CInt = -1
        var isOnce = false
        /// Of what is called again and again.
        var interval: Duration?
        var due: ContinuousClock.Instant?
    }

    private struct State {
        var handlers: [Int: Handler] = [:]
        var actions: Deque<@Sendable () -> Void> = []
        var counter = 0
    }

    private let state = Mutex(State())
    private let waker: CInt

    /// Makes a loop, which has to be given to an executor.
    public init() {
        waker = cthreads_open_waker()
        precondition(waker >= 0, "a process that has just begun has no descriptor left")
    }

    deinit { close(waker) }

    /// Calls back whenever a descriptor is readable.
    ///
    /// - Parameters:
    ///   - descriptor: Of a file that must stay open until the watch is taken back.
    ///   - isOnce: Whether the watch ends with the first call.
    ///   - action: What is called.
    /// - Returns: What takes it back.
    public func watch(
        _ descriptor: CInt,
        once isOnce: Bool = false,
        _ action: @escaping @Sendable () -> Void
    ) -> Watch {
        add(Handler(action: action, descriptor: descriptor, isOnce: isOnce))
    }

    /// Calls back again and again, at first at once.
    ///
    /// - Parameters:
    ///   - interval: How much later each time.
    ///   - action: What is called.
    /// - Returns: What takes it back.
    public func every(_ interval: Duration, _ action: @escaping @Sendable () -> Void) -> Watch {
        add(Handler(action: action, interval: interval, due: .now))
    }

    /// Calls back once.
    ///
    /// - Parameters:
    ///   - delay: How much later.
    ///   - action: What is called.
    /// - Returns: What takes it back.
    @discardableResult
    public func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> Watch {
        add(Handler(action: action, isOnce: true, due: .now + delay))
    }

    /// Calls something back soon, after all that this was asked for before.
    ///
    /// - Parameter action: What is called.
    public func perform(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.actions.append(action) }
        wake()
    }

    /// Takes a watch back; called on the loop's thread, it is not called any more.
    ///
    /// - Parameter watch: What the watch was made with; one that has ended is none.
    public func remove(_ watch: Watch) {
        state.withLock { $0.handlers[watch.number] = nil }
        wake()
    }

    private func add(_ handler: Handler) -> Watch {
        let watch = state.withLock { state in
            state.counter += 1
            state.handlers[state.counter] = handler
            return Watch(number: state.counter)
        }
        wake()
        return watch
    }

    // MARK: ThreadLoop

    /// Waits, and calls back.
    public func wait() {
        let (numbers, pause) = state.withLock { state in
            let times = state.handlers.values.compactMap(\.due)
            let pause: Duration? = state.actions.isEmpty ? times.min().map { $0 - .now } : .zero
            return (state.handlers.filter { $0.value.descriptor >= 0 }, pause)
        }
        let watched = Array(numbers)
        var descriptors = [pollfd(fd: waker, events: Int16(POLLIN), revents: 0)]
        descriptors += watched.map {
            pollfd(fd: $0.value.descriptor, events: Int16(POLLIN), revents: 0)
        }
        poll(&descriptors, nfds_t(descriptors.count), pause.map(Self.milliseconds) ?? -1)
        if descriptors[0].revents != 0 { cthreads_quiet(waker) }
        let readable = zip(watched, descriptors.dropFirst()).filter { $1.revents != 0 }
        for (handler, _) in readable { call(handler.key) }
        let now = ContinuousClock.now
        let late = state.withLock { state in
            state.handlers.filter { $0.value.due.map { $0 <= now } ?? false }.map(\.key).sorted()
        }
        for number in late { call(number) }
        while let action = state.withLock({ $0.actions.popFirst() }) { action() }
    }

    /// Ends a wait.
    public func wake() { cthreads_wake(waker) }

    /// Does nothing; what is open is closed with the loop.
    public func end() {}

    private func call(_ number: Int) {
        let handler = state.withLock { state in
            let handler = state.handlers[number]
            if handler?.isOnce == true { state.handlers[number] = nil }
            if let interval = handler?.interval { state.handlers[number]?.due = .now + interval }
            return handler
        }
        handler?.action()
    }

    private static func milliseconds(_ pause: Duration) -> CInt {
        CInt(max(0, min(pause / .milliseconds(1), 3.6e6)).rounded(.up))
    }
}
