/* What only Jobsync is asked: slow clients, clients that come and go, storms, first loads, calls.
 *
 *   sync PORT slow CLIENTS SLOW SECONDS      16 jobs at once, 20 times a second, while SLOW of the clients
 *                                            do not read; prints the ms to those who do, and the seconds
 *                                            until the slow ones, reading again, have everything
 *   sync PORT jitter CLIENTS PERIOD SECONDS  every client is away for an eighth of each PERIOD, at another
 *                                            time than others; prints the ms from connecting to being in step
 *   sync PORT storm CLIENTS                  prints `away` when all have left, waits for a line, comes back
 *                                            at once; prints the seconds until all are in step
 *   sync PORT first JOBS                     prints the seconds that a new client takes to load JOBS jobs
 *   sync PORT calls CONNECTIONS SECONDS      `session.whoami`, one call on its way on each connection;
 *                                            prints answers a second, and the ms each took
 *
 * Ends with exit code 1 if a client lacks a job at the end, or was told twice of one.
 *
 * cc -O2 sync.c -o sync
 */
#include "peers.h"

static char epoch[64];
static struct client maker;

/* Keeps the position; a client is in step when the frame that completes its load is there. */
static void took(struct client *client, char *text, size_t size)
{
    static const char frame[] = "{\"jsonrpc\":\"2.0\",\"method\":\"jobs.sync\",\"params\":"
                                "{\"subscription\":1,\"seq\":";
    static const char answer[] = "\"epoch\":\"";
    if (client->is_maker)
        return jobsync_answered(text, size);
    bool is_frame = size > sizeof frame && memcmp(text, frame, sizeof frame - 1) == 0;
    long seq = is_frame ? atol(text + sizeof frame - 1) : 0;
    if (client->stage == JOINING && !is_frame) {
        char *place = memmem(text, size, answer, sizeof answer - 1);
        if (place != NULL)
            sscanf(place + sizeof answer - 1, "%63[^\"]", epoch);
        if (client->seq > 0 && memmem(text, size, "\"mode\":\"delta\"", 14) == NULL)
            fail("a position was not honoured");
    }
    if (client->stage == JOINING)
        jobsync_joining(client, text, size);
    else
        take_documents(client, text, size);
    if (is_frame && client->stage == READY) {
        if (client->returns)
            record(came - client->began);
        client->seq = seq;
        client->returns = false;
    }
}

/* Subscribes, from where the client was if it has been here before. */
static void opened(struct client *client)
{
    char resume[160];
    if (client->is_maker || client->seq == 0)
        return jobsync_join(client);
    snprintf(resume, sizeof resume, ",\"resume\":{\"epoch\":\"%s\",\"seq\":%ld}", epoch, client->seq);
    jobsync_subscribe(client, resume);
}

/* Has the time from connecting to being in step recorded. */
static void come_back(struct client *client)
{
    ready_count--;
    client->returns = true;
    open_client(client);
}

static void pump_until(double moment)
{
    for (double left; (left = moment - now()) > 0;)
        pump(left * 1000);
}

static void load_slow(struct client *clients, int count, int slow, double seconds)
{
    int large = 1 << 20;
    for (int index = 0; index < slow; index++)
        clients[index].buffer = 16384;
    open_all(clients, count, 128);
    make(&maker, 16);
    wait_for_all(made * count);
    for (int index = 0; index < slow; index++)
        watch(&clients[index], EPOLL_CTL_MOD, 0);
    long known = made;
    records = true;
    double start = now();
    for (int burst = 0; burst < seconds * 20; burst++) {
        pump_until(start + burst / 20.0);
        make(&maker, 16);
    }
    wait_for_all(made * (count - slow) + known * slow);
    records = false;
    start = now();
    for (int index = 0; index < slow; index++) {
        setsockopt(clients[index].socket, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
        watch(&clients[index], EPOLL_CTL_MOD, EPOLLIN);
    }
    wait_for_all(made * count);
    printf("{\"caught_up\": %.3f, ", now() - start);
    print_times();
    printf("}\n");
}

static void load_jitter(struct client *clients, int count, double period, double seconds)
{
    open_all(clients, count, 128);
    double start = now(), *due = calloc(count, sizeof *due);
    for (int index = 0; index < count; index++)
        due[index] = start + period * index / count;
    for (double time = start; time < start + seconds; time = now()) {
        for (int index = 0; index < count; index++) {
            if (due[index] > time)
                continue;
            /* One that is not in step yet is left alone this time. */
            bool is_away = clients[index].stage == CLOSED;
            if (is_away)
                come_back(&clients[index]);
            else if (clients[index].stage == READY)
                close_client(&clients[index]);
            due[index] += is_away || clients[index].stage != CLOSED ? period * 7 / 8 : period / 8;
        }
        if (made < (time - start) * 20)
            make(&maker, 1);
        pump(1);
    }
    for (int index = 0; index < count; index++)
        if (clients[index].stage == CLOSED)
            come_back(&clients[index]);
    wait_for_all(made * count);
    printf("{");
    print_times();
    printf("}\n");
}

static void load_storm(struct client *clients, int count)
{
    open_all(clients, count, 128);
    make(&maker, 64);
    wait_for_all(made * count);
    for (int index = 0; index < count; index++)
        close_client(&clients[index]);
    make(&maker, 64);
    wait_for_all(delivered);
    close_client(&maker);
    puts("away");
    fflush(stdout);
    getchar();
    double start = now();
    for (int index = 0; index < count; index++) {
        come_back(&clients[index]);
        if (index % 64 == 0)
            pump(0);
    }
    wait_for_all(made * count);
    printf("{\"seconds\": %.3f, ", now() - start);
    print_times();
    printf("}\n");
}

static void load_first(struct client *client, int jobs)
{
    while (made < jobs) {
        make(&maker, jobs - made < 64 ? jobs - made : 64);
        wait_for_all(0);
    }
    double start = now();
    open_all(client, 1, 1);
    if (delivered != made)
        fail("the load was completed without all jobs");
    printf("{\"seconds\": %.3f}\n", now() - start);
}

static void call(struct client *client)
{
    static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.whoami\"}";
    client->stage = READY;
    client->began = now();
    send_frame(client, 1, text, sizeof text - 1);
}

static void answer_came(struct client *client, char *text, size_t size)
{
    if (memmem(text, size, "\"result\"", 8) == NULL)
        fail("a call was answered by an error");
    record(came - client->began);
    call(client);
}

static void load_calls(struct client *clients, int count, double seconds)
{
    use.opened = call;
    use.took = answer_came;
    for (int index = 0; index < count; index++)
        open_client(&clients[index]);
    pump_until(now() + 0.5);
    time_count = 0;
    double start = now();
    pump_until(start + seconds);
    printf("{\"rate\": %.1f, ", time_count / (now() - start));
    print_times();
    printf("}\n");
}

int main(int count, char **arguments)
{
    if (count < 4)
        return fprintf(stderr, "usage: sync PORT slow|jitter|storm|first|calls COUNT …\n"), 2;
    use_peer("jobsync");
    use.opened = opened;
    use.took = took;
    port = atoi(arguments[1]);
    const char *kind = arguments[2];
    int number = atoi(arguments[3]);
    double second = count > 4 ? atof(arguments[4]) : 0, third = count > 5 ? atof(arguments[5]) : 0;
    bool is_first = strcmp(kind, "first") == 0;
    struct client *clients = calloc(is_first ? 1 : number, sizeof *clients);
    if (strcmp(kind, "calls") == 0)
        return load_calls(clients, number, second), 0;
    open_maker(&maker);
    if (is_first)
        load_first(clients, number);
    else if (strcmp(kind, "slow") == 0)
        load_slow(clients, number, second, third);
    else if (strcmp(kind, "jitter") == 0)
        load_jitter(clients, number, second, third);
    else if (strcmp(kind, "storm") == 0)
        load_storm(clients, number);
    return 0;
}
