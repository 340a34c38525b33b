/* Callers of `jobs.new` that cost as little as possible, so that the server is what is measured.
 *
 *   callers HOST PORT CONNECTIONS DEPTH SECONDS
 *
 * Each connection keeps DEPTH calls on their way: with 1 it waits for every answer. Prints answered
 * calls a second, and the median and 99th percentile of an answer's time in ms. Any error answer
 * ends it with exit code 1.
 *
 * cc -O2 callers.c -o callers
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 16, MAXIMUM_DEPTH = 1024 };

struct caller {
    int socket;
    long next_call;
    /* When each call on its way was sent; answers come in order. */
    double sent[MAXIMUM_DEPTH];
    int first, pending;
    char input[READ_SIZE];
    size_t filled;
};

static double *times;
static long answered, room;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "callers: %s\n", what);
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

/* A masked text frame; a mask of zeros leaves the text as it is. */
static size_t frame_call(struct caller *caller, char *frame)
{
    char text[125];
    int size = snprintf(text, sizeof text,
                        "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"jobs.new\","
                        "\"params\":{\"task\":\"held\"}}",
                        ++caller->next_call);
    frame[0] = (char)0x81;
    frame[1] = (char)(0x80 | size);
    memset(frame + 2, 0, 4);
    memcpy(frame + 6, text, size);
    caller->sent[(caller->first + caller->pending++) % MAXIMUM_DEPTH] = now();
    return 6 + size;
}

static void send_calls(struct caller *caller, int count)
{
    static char frames[MAXIMUM_DEPTH * 140];
    size_t size = 0;
    for (int index = 0; index < count; index++)
        size += frame_call(caller, frames + size);
    if (size > 0)
        put(caller->socket, frames, size);
}

/* Takes whole frames out of what was read; returns how many calls were answered. */
static int take_answers(struct caller *caller)
{
    size_t place = 0;
    int count = 0;
    while (caller->filled - place >= 2) {
        unsigned char *header = (unsigned char *)caller->input + place;
        size_t length = header[1] & 0x7f, start = 2;
        if (length == 126) {
            if (caller->filled - place < 4)
                break;
            length = header[2] << 8 | header[3];
            start = 4;
        } else if (length == 127) {
            fail("an answer is too long");
        }
        if (caller->filled - place < start + length)
            break;
        if ((header[0] & 0x0f) == 1) {
            if (memmem(header + start, length, "\"result\"", 8) == NULL)
                fail((header[start + length] = 0, (char *)header + start));
            times[answered++ % room] = now() - caller->sent[caller->first];
            caller->first = (caller->first + 1) % MAXIMUM_DEPTH;
            caller->pending--;
            count++;
        }
        place += start + length;
    }
    memmove(caller->input, caller->input + place, caller->filled - place);
    caller->filled -= place;
    return count;
}

static int by_size(const void *left, const void *right)
{
    double difference = *(double *)left - *(double *)right;
    return difference < 0 ? -1 : difference > 0;
}

int main(int count, char **arguments)
{
    if (count != 6)
        return fprintf(stderr, "usage: callers HOST PORT CONNECTIONS DEPTH SECONDS\n"), 2;
    int connections = atoi(arguments[3]), depth = atoi(arguments[4]);
    if (connections < 1 || depth < 1 || depth >= MAXIMUM_DEPTH)
        return fprintf(stderr, "callers: depth is 1 to %d\n", MAXIMUM_DEPTH - 1), 2;
    room = 10000000;
    times = malloc(room * sizeof *times);
    struct caller *callers = calloc(connections, sizeof *callers);
    struct pollfd *polled = calloc(connections, sizeof *polled);
    for (int index = 0; index < connections; index++) {
        callers[index].socket = connect_to(arguments[1], atoi(arguments[2]));
        polled[index] = (struct pollfd){.fd = callers[index].socket, .events = POLLIN};
    }
    double start = now(), end = start + atof(arguments[5]);
    for (int index = 0; index < connections; index++)
        send_calls(&callers[index], depth);
    int pending = connections * depth;
    while (pending > 0) {
        poll(polled, connections, 1000);
        for (int index = 0; index < connections; index++) {
            struct caller *caller = &callers[index];
            if (!polled[index].revents)
                continue;
            ssize_t size = read(caller->socket, caller->input + caller->filled,
                                READ_SIZE - caller->filled);
            if (size <= 0)
                fail("the connection is closed");
            caller->filled += size;
            int taken = take_answers(caller);
            pending -= taken;
            if (now() < end) {
                send_calls(caller, taken);
                pending += taken;
            }
        }
    }
    double seconds = now() - start;
    long kept = answered < room ? answered : room;
    qsort(times, kept, sizeof *times, by_size);
    printf("%.1f %.3f %.3f\n", answered / seconds, times[kept / 2] * 1000,
           times[kept * 99 / 100] * 1000);
    return 0;
}
