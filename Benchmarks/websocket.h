/* A WebSocket client's first steps, for the benchmarks' programs. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "benchmark: %s\n", what);
    exit(1);
}

static void put(int socket, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(socket, bytes, count);
        if (written <= 0)
            fail("the connection is closed");
        bytes += written;
        count -= written;
    }
}

static int connect_to(const char *host, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int on = 1, socket_ = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, host, &address.sin_addr);
    if (connect(socket_, (struct sockaddr *)&address, sizeof address) != 0)
        fail("cannot connect");
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char request[512], answer[2048];
    int size = snprintf(request, sizeof request,
                        "GET /ws HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: jobsync.v1.json\r\n\r\n",
                        host, port);
    put(socket_, request, size);
    size_t filled = 0;
    do {
        ssize_t count = read(socket_, answer + filled, 1);
        if (count <= 0 || filled + 1 >= sizeof answer)
            fail("no WebSocket");
        filled += count;
    } while (filled < 4 || memcmp(answer + filled - 4, "\r\n\r\n", 4) != 0);
    if (strncmp(answer, "HTTP/1.1 101", 12) != 0)
        fail("no WebSocket");
    return socket_;
}

/* A text frame, masked as a client's must be; a mask of zeros leaves the text as it is. */
static size_t frame_text(char *frame, const char *text, size_t size)
{
    frame[0] = (char)0x81;
    size_t head = 2;
    if (size < 126) {
        frame[1] = (char)(0x80 | size);
    } else {
        frame[1] = (char)(0x80 | 126);
        frame[2] = (char)(size >> 8);
        frame[3] = (char)size;
        head = 4;
    }
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, text, size);
    return head + 4 + size;
}

/* The size of the frame that begins here, 0 while it is not whole; `*start` is where its content is. */
static size_t whole_frame(const unsigned char *frame, size_t filled, size_t *start)
{
    if (filled < 2)
        return 0;
    size_t length = frame[1] & 0x7f;
    *start = 2;
    if (length == 126) {
        if (filled < 4)
            return 0;
        length = frame[2] << 8 | frame[3];
        *start = 4;
    } else if (length == 127) {
        if (filled < 10)
            return 0;
        length = 0;
        for (int index = 2; index < 10; index++)
            length = length << 8 | frame[index];
        *start = 10;
    }
    return filled < *start + length ? 0 : *start + length;
}
