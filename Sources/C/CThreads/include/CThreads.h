#pragma once
#include <stdint.h>

// What threads of our own need and Swift cannot say: a descriptor that ends a poll, and a handler of signals.

/// A descriptor that becomes readable when another thread calls cthreads_wake; -1 with errno set for failure.
int cthreads_open_waker(void);

/// Makes the descriptor readable.
void cthreads_wake(int waker);

/// Makes the descriptor unreadable again.
void cthreads_quiet(int waker);

/// Takes signals from their usual effect for good, and tells a listener of them from now on.
///
/// By a handler: libraries may have threads that unblock all signals. Returns the listener, or -1 with errno
/// set for failure; `waker` is woken for each signal and must stay open until the listener is removed.
int cthreads_listen(const int *_Nonnull signals, int count, int waker);

/// Which signals the listener was sent since the last call; bit 1 << number for each.
uint64_t cthreads_heard(int listener);

/// Tells the listener no more.
void cthreads_stop_listening(int listener);
