/* A machine that has no more threads to give for as long as there is a file, $THREAD_FAMINE, nor more than
   $THREAD_FAMINE_MOST. The file gets a byte for each that was refused. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    static atomic_int made;
    const char *famine = getenv("THREAD_FAMINE"), *most = getenv("THREAD_FAMINE_MOST");
    int file = famine ? open(famine, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    if (file >= 0) {
        (void)!write(file, "", 1);
        close(file);
        return EAGAIN;
    }
    if (most && atomic_fetch_add(&made, 1) >= atoi(most)) return EAGAIN;
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, start, argument);
}
