/* A subscriber that costs as little as possible: prints each job that is put, and when it came.
 *
 *   subscriber HOST PORT
 *
 * Prints `subscribed`, then lines `ID µs-since-1970` as they come.
 *
 * cc -O2 subscriber.c -o subscriber
 */
#include "websocket.h"

static char input[1 << 20];

static void tell(const char *text, size_t size, long long came)
{
    static const char mark[] = "\"_id\":\"";
    const char *end = text + size;
    while ((text = memmem(text, end - text, mark, sizeof mark - 1)) != NULL) {
        text += sizeof mark - 1;
        const char *quote = memchr(text, '"', end - text);
        if (quote == NULL)
            return;
        printf("%.*s %lld\n", (int)(quote - text), text, came);
    }
    fflush(stdout);
}

int main(int count, char **arguments)
{
    static const char call[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"jobs.subscribe\"}";
    char frame[128];
    size_t filled = 0;
    if (count != 3)
        return fprintf(stderr, "usage: subscriber HOST PORT\n"), 2;
    int socket = connect_to(arguments[1], atoi(arguments[2]));
    put(socket, frame, frame_text(frame, call, sizeof call - 1));
    puts("subscribed");
    fflush(stdout);
    for (;;) {
        ssize_t size = read(socket, input + filled, sizeof input - filled);
        if (size <= 0)
            return 0;
        struct timespec time;
        clock_gettime(CLOCK_REALTIME, &time);
        filled += size;
        size_t place = 0, start, whole;
        while ((whole = whole_frame((unsigned char *)input + place, filled - place, &start)) > 0) {
            if ((input[place] & 0x0f) == 1)
                tell(input + place + start, whole - start,
                     time.tv_sec * 1000000LL + time.tv_nsec / 1000);
            place += whole;
        }
        memmove(input, input + place, filled - place);
        filled -= place;
    }
}
