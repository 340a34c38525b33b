#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// What Linux offers for processes and files but Swift's Glibc does not show:
// variadic functions, GNU extensions, newer system calls. Each returns what the
// system call does, -1 with errno set for failure, unless it says otherwise.

/// Makes this process the parent of orphans among its descendants.
int cprocess_become_subreaper(void);

/// Takes an exclusive lock on an open file without waiting.
int cprocess_try_lock(int file);

/// Renames, unless the new name is taken.
int cprocess_rename_to_free_name(const char *_Nonnull from, const char *_Nonnull to);

/// Opens a regular file, closed on exec, without ever waiting; a link only if `follows_link`.
///
/// What else is there, such as a pipe, a folder or a device, fails with EMEDIUMTYPE.
int cprocess_open_regular(const char *_Nonnull path, int flags, mode_t mode, bool follows_link);

/// Reserves space behind a file's end, so that this much can be written though the disk is full.
int cprocess_reserve(int file, int64_t size);

/// Whether a folder is a control group of the kernel, of version 2 or 1.
bool cprocess_is_control_group(const char *_Nonnull path);

/// A descriptor that stands for a process, and becomes readable when it ends.
int cprocess_open_process(pid_t process);

/// Sends a signal to exactly the process that the descriptor stands for.
int cprocess_signal(int process_file, int signal);

/// The short name of a signal, such as KILL, or NULL.
const char *_Nullable cprocess_signal_name(int signal);

/// Takes the signals that ask a process to end (SIGTERM, SIGINT, SIGHUP, SIGQUIT) from now
/// on, whichever thread they meet, and wakes `waker`.
///
/// By a handler and not by a signalfd: libraries may have threads that unblock all signals.
int cprocess_catch_stop_signals(int waker);

/// Which of these signals has come since the last call; the last of several, 0 for none.
int cprocess_take_stop_signal(void);

/// A descriptor that wakes a poll when another thread calls cprocess_wake.
int cprocess_open_waker(void);

/// Wakes whoever polls the descriptor.
void cprocess_wake(int waker);

/// Makes the descriptor quiet again.
void cprocess_quiet(int waker);

/// Makes a pipe that no program inherits, the end to read from first; it holds `capacity` bytes if it may.
int cprocess_open_pipe(int ends[_Nonnull 2], int capacity);

/// A descriptor for watches of files.
int cprocess_open_watches(void);

/// Watches a file or folder for growth and new files; returns the watch.
int cprocess_add_watch(int watches, const char *_Nonnull path);

/// Ends a watch.
int cprocess_remove_watch(int watches, int watch);

/// Starts a program in a session of its own, in the folder `/`.
///
/// It gets /dev/null as standard input, `log` as standard output and error,
/// `lock` as descriptor 3, and nothing else; every signal has its default effect,
/// and those that ask it to end wait until the program takes them. It is born in the control group (of
/// version 2) whose open folder `group` is, where the system lets it; -1 for none. The cost does
/// not grow with the memory of the caller. Returns 0 or an error number.
int cprocess_spawn_worker(
    pid_t *_Nonnull process,
    const char *_Nonnull program,
    char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment,
    int log,
    int lock,
    int group);
