/* Many WebSocket connections in one thread: opened, read and taken apart into frames. */
#include "../websocket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>

enum stage { CLOSED, CONNECTING, UPGRADING, OPEN, JOINING, READY };

struct client {
    int socket;
    enum stage stage;
    /* It makes the documents instead of hearing of them. */
    bool is_maker;
    /* What was read of a frame that is not yet whole, and of a document that goes on in the next. */
    char *kept;
    size_t kept_size;
    char torn[24];
    size_t torn_size;
    /* Below `next` it has every document; the bits of `seen` are those from there on. */
    long next;
    uint64_t seen;
    /* Its view's position, and whether it has been here before and is not in step again yet. */
    long seq;
    bool returns;
    /* When it began to connect, or sent its call. */
    double began;
    /* The size of its receive buffer in bytes, 0 for what the kernel thinks best. */
    int buffer;
};

enum { INPUT_SIZE = 1 << 20, HEADROOM = 64 };

/* What a program does with its connections. */
struct use {
    const char *(*path)(const struct client *client);
    const char *subprotocol;
    /* The upgrade is through; a frame came, with HEADROOM bytes before it that may be overwritten. */
    void (*opened)(struct client *client);
    void (*took)(struct client *client, char *text, size_t size);
};

static struct use use;
static int events, port;
/* When the bytes at hand were read. */
static double came;
static char input_room[HEADROOM + INPUT_SIZE];
static char *const input = input_room + HEADROOM;

static void watch(struct client *client, int change, uint32_t what)
{
    struct epoll_event event = {.events = what, .data.ptr = client};
    if (epoll_ctl(events, change, client->socket, &event) != 0)
        fail("epoll_ctl");
}

/* Begins to connect; the rest happens in `pump`. */
static void open_client(struct client *client)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    client->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->socket < 0)
        fail("no more sockets: raise ulimit -n");
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* Closed by a reset, so that no port waits for its peer. */
    setsockopt(client->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (client->buffer > 0)
        setsockopt(client->socket, SOL_SOCKET, SO_RCVBUF, &client->buffer, sizeof client->buffer);
    client->kept_size = client->torn_size = 0;
    client->stage = CONNECTING;
    client->began = now();
    if (connect(client->socket, (struct sockaddr *)&address, sizeof address) != 0
        && errno != EINPROGRESS)
        fail("cannot connect");
    watch(client, EPOLL_CTL_ADD, EPOLLOUT);
}

static void close_client(struct client *client)
{
    close(client->socket);
    client->stage = CLOSED;
}

/* Sends all of it, also when the socket does not take it at once. */
static void send_all(struct client *client, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(client->socket, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            fail("the server closed a connection");
        if (sent > 0) {
            bytes += sent;
            size -= sent;
        }
    }
}

/* A text frame, or a binary one, of any length. */
static void send_frame(struct client *client, int kind, const char *text, size_t size)
{
    static char frame[1 << 16];
    if (size > sizeof frame - 8)
        fail("a message is too long");
    size_t whole = frame_text(frame, text, size);
    frame[0] = (char)(0x80 | kind);
    send_all(client, frame, whole);
}

static void upgrade(struct client *client)
{
    char request[512], protocol[80] = "";
    if (use.subprotocol != NULL)
        snprintf(protocol, sizeof protocol, "Sec-WebSocket-Protocol: %s\r\n", use.subprotocol);
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        "Sec-WebSocket-Version: 13\r\n%s\r\n",
                        use.path(client), port, protocol);
    watch(client, EPOLL_CTL_MOD, EPOLLIN);
    client->stage = UPGRADING;
    send_all(client, request, size);
}

/* The length of the answer to the upgrade, 0 while it is not whole. */
static size_t take_upgrade(struct client *client, size_t filled)
{
    char *end = memmem(input, filled, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    if (strncmp(input, "HTTP/1.1 101", 12) != 0)
        fail("the server refused a WebSocket");
    client->stage = OPEN;
    use.opened(client);
    return end + 4 - input;
}

static void take_frame(struct client *client, int kind, char *text, size_t size)
{
    if (kind == 8)
        fail("the server closed a WebSocket");
    if (kind == 9)
        send_frame(client, 10, text, size);
    else if (kind < 3)
        use.took(client, text, size);
}

/* Memory is held only for a frame that is not yet whole. */
static void keep(struct client *client, const char *bytes, size_t size)
{
    if (size > client->kept_size)
        client->kept = realloc(client->kept, size);
    if (size > 0)
        memcpy(client->kept, bytes, size);
    client->kept_size = size;
}

static void read_client(struct client *client)
{
    size_t filled = client->kept_size, place = 0, start, whole;
    memcpy(input, client->kept, filled);
    ssize_t size = read(client->socket, input + filled, INPUT_SIZE - filled);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0)
        fail("the server closed a connection");
    came = now();
    filled += size;
    if (client->stage == UPGRADING)
        place = take_upgrade(client, filled);
    while (client->stage >= OPEN
           && (whole = whole_frame((unsigned char *)input + place, filled - place, &start)) > 0) {
        int kind = input[place] & 0x0f;
        take_frame(client, kind, input + place + start, whole - start);
        place += whole;
    }
    keep(client, input + place, client->stage == CLOSED ? 0 : filled - place);
}

/* Waits for what comes, at most so many milliseconds, and takes it. */
static void pump(int milliseconds)
{
    struct epoll_event ready[512];
    int count = epoll_wait(events, ready, 512, milliseconds);
    for (int index = 0; index < count; index++) {
        struct client *client = ready[index].data.ptr;
        if (client->stage == CONNECTING) {
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(client->socket, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0)
                fail("cannot connect");
            upgrade(client);
        } else if (client->stage != CLOSED) {
            read_client(client);
        }
    }
}
