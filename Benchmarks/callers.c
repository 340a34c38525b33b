/* Callers of `jobs.new` that cost as little as possible, so that the server is what is measured.
 *
 *   callers HOST PORT CONNECTIONS DEPTH SECONDS [batch]
 *
 * Each connection keeps DEPTH calls on their way: with 1 it waits for every answer. With `batch` it
 * sends them as one message, and the next ones when all are answered. Prints answered calls a second,
 * and the median and 99th percentile of an answer's time in ms. Any error answer ends it with exit
 * code 1.
 *
 * cc -O2 callers.c -o callers
 */
#include "websocket.h"

#include <poll.h>

enum { READ_SIZE = 1 << 16, MAXIMUM_DEPTH = 256, CALL_SIZE = 125 };

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
static int in_batches;

static size_t write_call(struct caller *caller, char *text)
{
    caller->sent[(caller->first + caller->pending++) % MAXIMUM_DEPTH] = now();
    return snprintf(text, CALL_SIZE,
                    "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"jobs.new\","
                    "\"params\":{\"task\":\"held\"}}",
                    ++caller->next_call);
}

static void send_batch(struct caller *caller, int count)
{
    static char text[MAXIMUM_DEPTH * CALL_SIZE], frame[sizeof text + 16];
    size_t size = 0;
    for (int index = 0; index < count; index++) {
        text[size++] = index == 0 ? '[' : ',';
        size += write_call(caller, text + size);
    }
    text[size++] = ']';
    put(caller->socket, frame, frame_text(frame, text, size));
}

static void send_calls(struct caller *caller, int count)
{
    static char frames[MAXIMUM_DEPTH * (CALL_SIZE + 16)];
    char text[CALL_SIZE];
    size_t size = 0;
    if (in_batches && count > 0)
        return send_batch(caller, count);
    for (int index = 0; index < count; index++)
        size += frame_text(frames + size, text, write_call(caller, text));
    if (size > 0)
        put(caller->socket, frames, size);
}

/* Takes the answers in one message; returns how many there are. */
static int count_answers(struct caller *caller, const char *message, size_t size)
{
    static const char result[] = "\"result\"";
    const char *end = message + size, *place = message;
    int count = 0;
    while ((place = memmem(place, end - place, result, sizeof result - 1)) != NULL) {
        times[answered++ % room] = now() - caller->sent[caller->first];
        caller->first = (caller->first + 1) % MAXIMUM_DEPTH;
        caller->pending--;
        count++;
        place += sizeof result - 1;
    }
    return count;
}

/* Takes whole frames out of what was read; returns how many calls were answered. */
static int take_answers(struct caller *caller)
{
    size_t place = 0;
    int count = 0;
    size_t start, size;
    unsigned char *input = (unsigned char *)caller->input;
    while ((size = whole_frame(input + place, caller->filled - place, &start)) > 0) {
        if ((input[place] & 0x0f) == 1) {
            int taken = count_answers(caller, caller->input + place + start, size - start);
            if (taken == 0 || (in_batches && caller->pending > 0))
                fail("a call was answered by an error");
            count += taken;
        }
        place += size;
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
    in_batches = count == 7 && strcmp(arguments[6], "batch") == 0;
    if (count != 6 && !in_batches)
        return fprintf(stderr, "usage: callers HOST PORT CONNECTIONS DEPTH SECONDS [batch]\n"), 2;
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
