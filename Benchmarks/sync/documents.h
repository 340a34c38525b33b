/* The documents of all loads: minimal documents of jobs with a number, each due once at each client. */
#include "connections.h"

enum { DIGITS = 9, REMEMBERED = 1 << 20 };

static const char mark[] = "{\"_id\":\"n";
enum { MARK = sizeof mark - 1, HEAD = MARK + DIGITS };

static long made, delivered;
/* When each of the last documents was made, and, while `records` is set, how long each took. */
static double made_at[REMEMBERED];
static bool records;
static float *times;
static long time_count, time_room;

static size_t write_document(char *text, long number)
{
    return sprintf(text, "%s%0*ld\",\"_version\":0,\"task\":\"held\",\"proc\":1,\"mem\":1,"
                   "\"username\":\"local\",\"archived\":false,\"added\":\"2016-08-25T11:48:20.101992Z\","
                   "\"state\":\"waiting\",\"progress\":0,\"stage\":null,"
                   "\"updated\":\"2016-08-25T11:48:20.101992Z\"}", mark, DIGITS, number);
}

static void record(double seconds)
{
    if (time_count == time_room)
        times = realloc(times, (time_room = time_room * 2 + 4096) * sizeof *times);
    times[time_count++] = seconds;
}

static int by_size(const void *left, const void *right)
{
    float difference = *(const float *)left - *(const float *)right;
    return difference < 0 ? -1 : difference > 0;
}

/* A recorded time in milliseconds, after `qsort`. */
static double percentile(double share)
{
    return time_count == 0 ? 0 : times[(long)((time_count - 1) * share)] * 1000.0;
}

static void print_times(void)
{
    qsort(times, time_count, sizeof *times, by_size);
    printf("\"p50\": %.3f, \"p99\": %.3f", percentile(0.5), percentile(0.99));
}

/* Each document comes once to each client, never again, and never one that nobody made. */
static void note(struct client *client, const char *digits)
{
    long number = 0;
    for (int index = 0; index < DIGITS; index++)
        number = number * 10 + digits[index] - '0';
    long bit = number - client->next;
    if (number >= made || bit >= 64)
        fail("a document came before its turn");
    if (bit < 0 || client->seen >> bit & 1)
        fail("a document came twice");
    client->seen |= 1ull << bit;
    int complete = ~client->seen == 0 ? 64 : __builtin_ctzll(~client->seen);
    client->seen = complete == 64 ? 0 : client->seen >> complete;
    client->next += complete;
    delivered++;
    if (records)
        record(came - made_at[number % REMEMBERED]);
}

/* Where the next document begins: documents are alike, so mostly as far on as the one before. */
static char *next_document(char *last, char *from, char *end, size_t *stride)
{
    if (*stride > 0 && end - last >= (long)*stride + MARK
        && memcmp(last + *stride, mark, MARK) == 0)
        return last + *stride;
    char *place = memmem(from, end - from, mark, MARK);
    if (place != NULL && last != NULL)
        *stride = place - last;
    return place;
}

/* Takes the documents in a frame, and the one that the frame before broke off. */
static void take_documents(struct client *client, char *text, size_t size)
{
    char *from = text - client->torn_size, *end = text + size, *last = NULL, *place;
    size_t stride = 0;
    memcpy(from, client->torn, client->torn_size);
    while ((place = next_document(last, from, end, &stride)) != NULL && end - place >= HEAD) {
        note(client, place + MARK);
        last = place;
        from = place + HEAD;
    }
    if (place == NULL)
        place = end - from < MARK ? from : end - (MARK - 1);
    client->torn_size = end - place;
    memcpy(client->torn, place, client->torn_size);
}
