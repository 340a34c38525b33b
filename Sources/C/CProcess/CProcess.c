#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

int cprocess_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int cprocess_try_lock(int file) { return flock(file, LOCK_EX | LOCK_NB); }

int cprocess_rename_to_free_name(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int cprocess_open_regular(const char *path, int flags, mode_t mode, bool follows_link) {
    // A pipe's or a device's open would wait without O_NONBLOCK; for regular files it means nothing.
    flags |= O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follows_link ? 0 : O_NOFOLLOW);
    int file = open(path, flags, mode);
    if (file < 0) {
        // A link; a pipe without a reader or a socket; a folder; a device without a driver.
        if ((errno == ELOOP && !follows_link) || errno == ENXIO || errno == EISDIR ||
            errno == ENODEV)
            errno = EMEDIUMTYPE;
        return -1;
    }
    struct stat status;
    if (fstat(file, &status) == 0) {
        if (S_ISREG(status.st_mode)) return file;
        errno = EMEDIUMTYPE;
    }
    int reason = errno;
    close(file);
    errno = reason;
    return -1;
}

int cprocess_reserve(int file, int64_t size) {
    struct stat status;
    if (fstat(file, &status) != 0) return -1;
    return fallocate(file, FALLOC_FL_KEEP_SIZE, status.st_size, size);
}

bool cprocess_is_control_group(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 &&
           (status.f_type == CGROUP2_SUPER_MAGIC || status.f_type == CGROUP_SUPER_MAGIC);
}

int cprocess_open_process(pid_t process) { return pidfd_open(process, 0); }

int cprocess_signal(int process_file, int signal) {
    return pidfd_send_signal(process_file, signal, NULL, 0);
}

const char *cprocess_signal_name(int signal) { return sigabbrev_np(signal); }

static const int stop_signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
static atomic_int stop_signal;
static int stop_signal_waker;

static void on_stop_signal(int signal) {
    atomic_store(&stop_signal, signal);
    cprocess_wake(stop_signal_waker);
}

static void add_stop_signals(sigset_t *set) {
    sigemptyset(set);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        sigaddset(set, stop_signals[i]);
}

int cprocess_catch_stop_signals(int waker) {
    struct sigaction action = {.sa_handler = on_stop_signal, .sa_flags = SA_RESTART};
    sigset_t set;
    stop_signal_waker = waker;
    sigemptyset(&action.sa_mask);
    add_stop_signals(&set);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        if (sigaction(stop_signals[i], &action, NULL) != 0) return -1;
    return pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int cprocess_take_stop_signal(void) { return atomic_exchange(&stop_signal, 0); }

int cprocess_open_waker(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void cprocess_wake(int waker) {
    // Called from a signal handler too.
    uint64_t one = 1;
    int saved = errno;
    (void)!write(waker, &one, sizeof one);
    errno = saved;
}

void cprocess_quiet(int waker) {
    eventfd_t count;
    eventfd_read(waker, &count);
}

int cprocess_open_pipe(int ends[2], int capacity) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    // A smaller one is slower, and no worse.
    fcntl(ends[1], F_SETPIPE_SZ, capacity);
    return 0;
}

int cprocess_open_watches(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int cprocess_add_watch(int watches, const char *path) {
    return inotify_add_watch(watches, path, IN_MODIFY | IN_CREATE);
}

int cprocess_remove_watch(int watches, int watch) { return inotify_rm_watch(watches, watch); }

// What a worker is started with; its own, for between clone and exec it may only use what is here.
struct worker_start {
    const char *program;
    char *const *arguments;
    char *const *environment;
    int log, lock;
    sigset_t waiting;
    int error;
};

/// The child's way to exec, in its parent's memory: only system calls, and nothing that lasts.
__attribute__((noinline, noreturn)) static void exec_worker(struct worker_start *start) {
    struct sigaction defaults = {.sa_handler = SIG_DFL};
    // What was handled has been given its default effect by clone; what was ignored still is.
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &defaults, NULL);
    int null;
    if (setsid() < 0 || (null = open("/dev/null", O_RDONLY)) < 0 || dup2(null, 0) < 0 ||
        dup2(start->log, 1) < 0 || dup2(start->log, 2) < 0 || dup2(start->lock, 3) < 0 ||
        close_range(4, ~0U, 0) != 0 || chdir("/") != 0 ||
        sigprocmask(SIG_SETMASK, &start->waiting, NULL) != 0 ||
        execve(start->program, start->arguments, start->environment) != 0)
        start->error = errno;
    _exit(127);
}

/// Starts the worker as a member of a control group from its first moment.
///
/// To be moved there takes a process some 10 ms, in which no process of the machine can start a
/// thread. The C library of today cannot start in a group, so this is what its posix_spawn does
/// with the one flag more. The caller waits until the child has called exec.
///
/// Returns the process, or -1 where the kernel, its owner or this processor does not let it.
static pid_t spawn_in_group(struct worker_start *start, int group) {
    struct clone_args order = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP,
        .exit_signal = SIGCHLD,
        .cgroup = (uint64_t)group,
    };
    long process;
    // Not through syscall(): the child would return from it first, on the stack that both share.
#if defined(__x86_64__)
    __asm__ volatile("syscall"
                     : "=a"(process)
                     : "0"(SYS_clone3), "D"(&order), "S"(sizeof order)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_clone3;
    register long first __asm__("x0") = (long)&order;
    register long second __asm__("x1") = sizeof order;
    __asm__ volatile("svc #0" : "+r"(first) : "r"(number), "r"(second) : "memory");
    process = first;
#else
    (void)order;
    process = -ENOSYS;
#endif
    if (process == 0) exec_worker(start);
    return process < 0 ? -1 : (pid_t)process;
}

static int spawn(pid_t *process, const struct worker_start *start) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all;
    int error;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigfillset(&all);
    (error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)) ||
        (error = posix_spawn_file_actions_adddup2(&actions, start->log, 1)) ||
        (error = posix_spawn_file_actions_adddup2(&actions, start->log, 2)) ||
        (error = posix_spawn_file_actions_adddup2(&actions, start->lock, 3)) ||
        (error = posix_spawn_file_actions_addclosefrom_np(&actions, 4)) ||
        (error = posix_spawn_file_actions_addchdir_np(&actions, "/")) ||
        (error = posix_spawnattr_setsigdefault(&attributes, &all)) ||
        (error = posix_spawnattr_setsigmask(&attributes, &start->waiting)) ||
        (error = posix_spawnattr_setflags(
             &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)) ||
        (error = posix_spawn(
             process, start->program, &actions, &attributes, start->arguments,
             start->environment));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int cprocess_spawn_worker(
    pid_t *process,
    const char *program,
    char *const *arguments,
    char *const *environment,
    int log,
    int lock,
    int group
) {
    // Copies above 3, so that no dup2 overwrites the source of another one, and
    // none meets its own number, which would leave it close-on-exec.
    struct worker_start start = {
        .program = program,
        .arguments = arguments,
        .environment = environment,
        .log = fcntl(log, F_DUPFD_CLOEXEC, 4),
        .lock = fcntl(lock, F_DUPFD_CLOEXEC, 4),
    };
    int error = start.log < 0 || start.lock < 0 ? errno : 0;
    add_stop_signals(&start.waiting);
    if (!error && group >= 0) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        *process = spawn_in_group(&start, group);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        error = start.error;
        if (error) waitpid(*process, NULL, 0);
    } else {
        *process = -1;
    }
    if (!error && *process < 0) error = spawn(process, &start);
    close(start.log);
    close(start.lock);
    return error;
}
