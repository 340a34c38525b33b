/* How each peer is subscribed to, and how it is given documents; the peer is named on the command line. */
#include "documents.h"

struct peer {
    const char *name, *subprotocol, *subscriber_path, *maker_path;
    /* The upgrade is through: says what the peer wants to hear, if it wants to hear anything. */
    void (*join)(struct client *client);
    /* A frame came before the client was ready. */
    void (*joining)(struct client *client, char *text, size_t size);
    void (*make)(struct client *maker, long first, int count);
};

static int ready_count, answered;

static void be_ready(struct client *client)
{
    client->stage = READY;
    if (!client->is_maker)
        ready_count++;
}

/* Jobsync: documents are jobs of a task that never starts, made by calls in one batch. */

static void jobsync_subscribe(struct client *client, const char *resume)
{
    char call[256];
    int size = snprintf(call, sizeof call, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                        "\"jobs.subscribe\",\"params\":{\"interval\":0%s}}", resume);
    client->stage = JOINING;
    send_frame(client, 1, call, size);
}

static void jobsync_join(struct client *client)
{
    if (client->is_maker)
        be_ready(client);
    else
        jobsync_subscribe(client, "");
}

static void jobsync_joining(struct client *client, char *text, size_t size)
{
    static const char complete[] = "\"sync\":false";
    take_documents(client, text, size);
    if (memmem(text, size, "\"error\":{\"code\"", 15) != NULL)
        fail("a call was answered by an error");
    if (memmem(text, size, complete, sizeof complete - 1) != NULL)
        be_ready(client);
}

static void jobsync_make(struct client *maker, long first, int count)
{
    static char batch[1 << 16];
    size_t size = 0;
    for (int index = 0; index < count; index++)
        size += sprintf(batch + size, "%c{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"jobs.new\","
                        "\"params\":{\"task\":\"held\",\"job_id\":\"n%0*ld\"}}",
                        index == 0 ? '[' : ',', index, DIGITS, first + index);
    batch[size++] = ']';
    send_frame(maker, 1, batch, size);
}

static void jobsync_answered(char *text, size_t size)
{
    static const char result[] = "\"created\":true";
    char *end = text + size, *place = text;
    int before = answered;
    while ((place = memmem(place, end - place, result, sizeof result - 1)) != NULL) {
        answered++;
        place += sizeof result - 1;
    }
    if (answered == before)
        fail("a call was answered by an error");
}

/* uWebSockets, Tornado, nchan and the bare loop pass on each message of the maker, whole. */

static void plain_make(struct client *maker, long first, int count)
{
    static char frames[1 << 16];
    char document[512];
    size_t size = 0;
    for (int index = 0; index < count; index++)
        size += frame_text(frames + size, document, write_document(document, first + index));
    send_all(maker, frames, size);
}

/* NATS: its text protocol inside of frames, which may begin and end anywhere. */

static void nats_join(struct client *client)
{
    client->stage = JOINING;
}

static void nats_joining(struct client *client, char *text, size_t size)
{
    static const char hello[] = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB bench 1\r\nPING\r\n",
                      maker[] = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n";
    if (memmem(text, size, "INFO ", 5) != NULL)
        send_frame(client, 2, client->is_maker ? maker : hello,
                   (client->is_maker ? sizeof maker : sizeof hello) - 1);
    else if (memmem(text, size, "PONG", 4) != NULL)
        be_ready(client);
}

static void nats_make(struct client *maker, long first, int count)
{
    static char text[1 << 16];
    char document[512];
    size_t size = 0;
    for (int index = 0; index < count; index++) {
        size_t length = write_document(document, first + index);
        size += sprintf(text + size, "PUB bench %zu\r\n%.*s\r\n", length, (int)length, document);
    }
    send_frame(maker, 2, text, size);
}

/* Mosquitto: MQTT 3.1.1 packets, documents of quality of service 0. */

static void mqtt_join(struct client *client)
{
    static int number;
    char packet[32] = {0x10, 10 + 2 + 6, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 6};
    sprintf(packet + 14, "%06d", number++ % 1000000);
    client->stage = JOINING;
    send_frame(client, 2, packet, 20);
}

static void mqtt_joining(struct client *client, char *text, size_t size)
{
    static const char subscribe[] = {(char)0x82, 10, 0, 1, 0, 5, 'b', 'e', 'n', 'c', 'h', 0};
    bool is_connected = size > 0 && text[0] == 0x20, is_subscribed = size > 0 && text[0] == (char)0x90;
    if (is_subscribed || (is_connected && client->is_maker))
        be_ready(client);
    else if (is_connected)
        send_frame(client, 2, subscribe, sizeof subscribe);
}

static void mqtt_make(struct client *maker, long first, int count)
{
    static char packets[1 << 16];
    char document[512];
    size_t size = 0;
    for (int index = 0; index < count; index++) {
        size_t length = write_document(document, first + index), rest = length + 7;
        packets[size++] = 0x30;
        for (; rest > 127; rest >>= 7)
            packets[size++] = (char)(0x80 | (rest & 127));
        packets[size++] = (char)rest;
        memcpy(packets + size, "\0\5bench", 7);
        memcpy(packets + size + 7, document, length);
        size += 7 + length;
    }
    send_frame(maker, 2, packets, size);
}

static const struct peer peers[] = {
    {"jobsync", "jobsync.v1.json", "/ws", "/ws", jobsync_join, jobsync_joining, jobsync_make},
    {"plain", NULL, "/ws", "/make", be_ready, NULL, plain_make},
    {"nats", NULL, "/", "/", nats_join, nats_joining, nats_make},
    {"mqtt", "mqtt", "/", "/", mqtt_join, mqtt_joining, mqtt_make},
};
static const struct peer *peer;
/* Clients stay as they are after the upgrade until this is set. */
static bool joins = true;

static const char *peer_path(const struct client *client)
{
    return client->is_maker ? peer->maker_path : peer->subscriber_path;
}

static int open_count;

static void peer_opened(struct client *client)
{
    if (!client->is_maker)
        open_count++;
    if (joins)
        peer->join(client);
}

static void peer_took(struct client *client, char *text, size_t size)
{
    if (client->is_maker && client->stage == READY) {
        if (peer->make == jobsync_make)
            jobsync_answered(text, size);
    } else if (client->stage == READY) {
        take_documents(client, text, size);
    } else if (peer->joining != NULL) {
        peer->joining(client, text, size);
    }
}

static void use_peer(const char *name)
{
    for (size_t index = 0; index < sizeof peers / sizeof *peers; index++)
        if (strcmp(peers[index].name, name) == 0)
            peer = &peers[index];
    if (peer == NULL)
        fail("there is no such peer");
    events = epoll_create1(0);
    use = (struct use){peer_path, peer->subprotocol, peer_opened, peer_took};
}

/* Opens clients, at most so many at a time, until all are ready. */
static void open_all(struct client *clients, int count, int at_a_time)
{
    double limit = now() + 120;
    int before = ready_count, opened = 0;
    while (ready_count < before + count) {
        while (opened < count && opened - (ready_count - before) < at_a_time)
            open_client(&clients[opened++]);
        pump(1000);
        if (now() > limit)
            fail("connecting took longer than two minutes");
    }
}

static void open_maker(struct client *maker)
{
    maker->is_maker = true;
    open_client(maker);
    double limit = now() + 10;
    while (maker->stage != READY && now() < limit)
        pump(100);
    if (maker->stage != READY)
        fail("the maker could not connect");
}

static void make(struct client *maker, int count)
{
    double time = now();
    for (long number = made; number < made + count; number++)
        made_at[number % REMEMBERED] = time;
    peer->make(maker, made, count);
    made += count;
}

/* Waits until so many documents were delivered in all, and every call is answered. */
static void wait_for_all(long expected)
{
    double limit = now() + 60;
    while (delivered < expected || (peer->make == jobsync_make && answered < made)) {
        pump(1000);
        if (now() > limit)
            fail("documents are missing after a minute");
    }
    if (delivered > expected)
        fail("more documents came than were due");
}
