#pragma once
/* No _GNU_SOURCE: Swift's own Glibc module is built without it, and the compiler refuses a second,
   different definition of the same type. */
#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <uv.h>

/* Swift does not import LWS_WRITE_RAW, a macro that is another name of an enum's constant. The
   library takes its bytes through a pointer to mutable ones, and leaves raw ones alone. */
static inline int clws_write(struct lws *_Nonnull wsi, const void *_Nonnull bytes, size_t count) {
    return lws_write(wsi, (unsigned char *)(uintptr_t)bytes, count, LWS_WRITE_RAW);
}

/* Drops a connection with no farewell, at the library's next turn; negative timeouts are a macro. */
static inline void clws_kill(struct lws *_Nonnull wsi) {
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

/* The same at once; not from within an event of the connection. */
static inline void clws_kill_now(struct lws *_Nonnull wsi) {
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

/* accept4 is hidden without _GNU_SOURCE. */
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

static inline int clws_accept(int listener, struct sockaddr_storage *_Nonnull address) {
    socklen_t length = sizeof(*address);
    return accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* How many bytes the other end has acknowledged, ever. glibc's tcp_info ends before this field, and
   Linux's own header clashes with glibc's, so the place is given: see linux/tcp.h. */
static inline uint64_t clws_acknowledged_bytes(int descriptor) {
    unsigned char info[256] = {0};
    uint64_t acknowledged = 0;
    socklen_t length = sizeof(info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length) == 0 && length >= 128) {
        memcpy(&acknowledged, info + 120, sizeof(acknowledged));
    }
    return acknowledged;
}

/* Whether the other end sends nothing any more, though what it has sent may not be read: it has closed the
   connection, or half of it, or is gone. */
static inline int clws_has_hung_up(int descriptor) {
    unsigned char info[256] = {0};
    socklen_t length = sizeof(info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length) != 0) return 0;
    return info[0] == TCP_CLOSE_WAIT || info[0] == TCP_CLOSE;
}

/* How many bytes that the socket has taken the other end has not acknowledged; -1 if that cannot be
   told. ioctl is variadic, which Swift cannot call. */
static inline int clws_unacknowledged_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, TIOCOUTQ, &count) == 0 ? count : -1;
}
