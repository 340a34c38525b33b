/* What one thread can ask of Jobsync or a peer that passes documents on to all who subscribed.
 *
 *   load PEER PORT burst SUBSCRIBERS SIZE SECONDS    makes SIZE documents at once, the next ones when
 *                                                    every subscriber has them; prints deliveries a second
 *   load PEER PORT rate SUBSCRIBERS RATE SECONDS     makes RATE documents a second, one at a time; prints
 *                                                    the ms from making to each delivery
 *   load PEER PORT idle CONNECTIONS                  prints connections opened, and opened and subscribed,
 *                                                    a second; keeps them until its input ends
 *
 * Ends with exit code 1 if a document comes twice, or out of turn, or not at all.
 *
 * cc -O2 load.c -o load
 */
#include "peers.h"

static void load_bursts(struct client *maker, int subscribers, int size, double seconds)
{
    make(maker, size);
    wait_for_all(made * subscribers);
    double start = now();
    long before = delivered;
    do {
        make(maker, size);
        wait_for_all(made * subscribers);
    } while (now() - start < seconds);
    printf("{\"rate\": %.1f}\n", (delivered - before) / (now() - start));
}

static void load_rate(struct client *maker, int subscribers, double rate, double seconds)
{
    make(maker, 1);
    wait_for_all(made * subscribers);
    records = true;
    double start = now();
    long count = rate * seconds;
    for (long number = 0; number < count; number++) {
        double due = start + number / rate;
        for (double left; (left = due - now()) > 0;)
            pump(left * 1000);
        make(maker, 1);
    }
    wait_for_all(made * subscribers);
    printf("{");
    print_times();
    printf("}\n");
}

static void load_idle(struct client *clients, int count)
{
    double limit = now() + 120, start = now();
    int begun = 0;
    joins = false;
    while (open_count < count) {
        while (begun < count && begun - open_count < 128)
            open_client(&clients[begun++]);
        pump(1000);
        if (now() > limit)
            fail("connecting took longer than two minutes");
    }
    double opened = now() - start;
    joins = true;
    for (int joined = 0; ready_count < count;) {
        while (joined < count && joined - ready_count < 128)
            peer->join(&clients[joined++]);
        if (ready_count < count)
            pump(1000);
        if (now() > limit)
            fail("subscribing took longer than two minutes");
    }
    printf("{\"opened\": %.1f, \"subscribed\": %.1f}\n", count / opened, count / (now() - start));
    fflush(stdout);
    getchar();
}

int main(int count, char **arguments)
{
    if (count < 5)
        return fprintf(stderr, "usage: load PEER PORT burst|rate|idle SUBSCRIBERS …\n"), 2;
    use_peer(arguments[1]);
    port = atoi(arguments[2]);
    const char *kind = arguments[3];
    int subscribers = atoi(arguments[4]);
    struct client *clients = calloc(subscribers, sizeof *clients), maker = {0};
    if (strcmp(kind, "idle") == 0) {
        load_idle(clients, subscribers);
        return 0;
    }
    if (count != 7)
        return fprintf(stderr, "load: a load and its seconds are missing\n"), 2;
    open_all(clients, subscribers, 128);
    open_maker(&maker);
    double seconds = atof(arguments[6]);
    if (strcmp(kind, "burst") == 0)
        load_bursts(&maker, subscribers, atoi(arguments[5]), seconds);
    else
        load_rate(&maker, subscribers, atof(arguments[5]), seconds);
    return 0;
}
