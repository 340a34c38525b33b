#include "CThreads.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

int cthreads_open_waker(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void cthreads_wake(int waker) {
    // Called from a signal handler too.
    uint64_t one = 1;
    int saved = errno;
    (void)!write(waker, &one, sizeof one);
    errno = saved;
}

void cthreads_quiet(int waker) {
    eventfd_t count;
    (void)!eventfd_read(waker, &count);
}

// Few, and never moved: a handler walks them at any moment.
static struct {
    atomic_bool is_taken;
    atomic_uint_fast64_t wanted, heard;
    atomic_int waker;
} listeners[8];
static const int most_listeners = sizeof listeners / sizeof *listeners;
// How many handlers are under way, in all threads.
static atomic_int handlers;

static void on_signal(int signal) {
    uint64_t bit = UINT64_C(1) << signal;
    atomic_fetch_add(&handlers, 1);
    for (int i = 0; i < most_listeners; i++)
        if (atomic_load(&listeners[i].wanted) & bit) {
            atomic_fetch_or(&listeners[i].heard, bit);
            cthreads_wake(atomic_load(&listeners[i].waker));
        }
    atomic_fetch_sub(&handlers, 1);
}

int cthreads_listen(const int *signals, int count, int waker) {
    int listener = 0;
    while (listener < most_listeners && atomic_exchange(&listeners[listener].is_taken, true))
        listener++;
    if (listener == most_listeners) {
        errno = EMFILE;
        return -1;
    }
    uint64_t wanted = 0;
    for (int i = 0; i < count; i++) wanted |= UINT64_C(1) << signals[i];
    atomic_store(&listeners[listener].heard, 0);
    atomic_store(&listeners[listener].waker, waker);
    atomic_store(&listeners[listener].wanted, wanted);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < count; i++)
        if (sigaction(signals[i], &action, NULL) != 0) {
            cthreads_stop_listening(listener);
            return -1;
        }
    return listener;
}

uint64_t cthreads_heard(int listener) { return atomic_exchange(&listeners[listener].heard, 0); }

void cthreads_stop_listening(int listener) {
    atomic_store(&listeners[listener].wanted, 0);
    // One that has seen that it was wanted writes to the waker, which is closed next.
    while (atomic_load(&handlers) > 0) sched_yield();
    atomic_store(&listeners[listener].is_taken, false);
}
