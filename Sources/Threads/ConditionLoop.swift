import CPlatform

/// The plain loop: waits on a condition variable until somebody wakes it.
///
/// `@unchecked Sendable`: the pointers are set once, what they point at is only touched through
/// pthread calls, which are thread-safe, and `isAwake` only under the mutex.
final class ConditionLoop: ThreadLoop, @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isAwake = false

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func wait() {
        pthread_mutex_lock(mutex)
        while !isAwake {
            pthread_cond_wait(condition, mutex)
        }
        isAwake = false
        pthread_mutex_unlock(mutex)
    }

    func wake() {
        pthread_mutex_lock(mutex)
        isAwake = true
        pthread_mutex_unlock(mutex)
        // After the unlock, so that who wakes up need not wait for it.
        pthread_cond_signal(condition)
    }

    func end() {}
}
