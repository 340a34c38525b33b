#pragma once
/* No _GNU_SOURCE: Swift's own Glibc module is built without it, and the compiler refuses a second,
   different definition of the same type. What glibc hides without it is declared below by hand. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int pthread_setname_np(pthread_t thread, const char *_Nonnull name);

/* Linux refuses names longer than 15 bytes, so they are cut. */
static inline void platform_name_thread(const char *_Nonnull name) {
    char short_name[16];
    strncpy(short_name, name, sizeof(short_name) - 1);
    short_name[sizeof(short_name) - 1] = 0;
    pthread_setname_np(pthread_self(), short_name);
}
