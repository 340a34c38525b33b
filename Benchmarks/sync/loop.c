/* The least that passing on takes: one thread, epoll, every burst built once and sent once to each client.
 *
 *   loop PORT
 *
 * What arrives on /make is sent to all others, as many messages in one write as came in one read. It
 * knows the one key that the load's clients send, and checks nothing.
 *
 * cc -O2 loop.c -o loop
 */
#include "../websocket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>

enum { MAXIMUM = 20000, SIZE = 1 << 17 };

struct peer {
    int socket;
    bool is_open, is_maker;
    /* What the socket has not taken yet; of the maker, what was read of a message that is not whole. */
    char *rest;
    size_t rest_size;
};

static struct peer peers[MAXIMUM];
static int events, peer_count;

static void keep(struct peer *peer, const char *bytes, size_t size)
{
    peer->rest = realloc(peer->rest, peer->rest_size + size);
    memcpy(peer->rest + peer->rest_size, bytes, size);
    peer->rest_size += size;
}

static void watch(struct peer *peer, int change, uint32_t what)
{
    struct epoll_event event = {.events = what, .data.ptr = peer};
    epoll_ctl(events, change, peer->socket, &event);
}

static void give(struct peer *peer, const char *bytes, size_t size)
{
    ssize_t sent = peer->rest_size > 0 ? 0 : send(peer->socket, bytes, size, MSG_NOSIGNAL);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < size) {
        keep(peer, bytes + sent, size - sent);
        watch(peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
}

static void give_rest(struct peer *peer)
{
    ssize_t sent = send(peer->socket, peer->rest, peer->rest_size, MSG_NOSIGNAL);
    if (sent > 0) {
        peer->rest_size -= sent;
        memmove(peer->rest, peer->rest + sent, peer->rest_size);
    }
    if (peer->rest_size == 0)
        watch(peer, EPOLL_CTL_MOD, EPOLLIN);
}

/* Takes the mask off each whole message, and gives all of them to everyone in one piece. */
static void pass_on(struct peer *maker)
{
    static char frames[2 * SIZE];
    size_t place = 0, size = 0, start, whole;
    unsigned char *rest = (unsigned char *)maker->rest;
    while ((whole = whole_frame(rest + place, maker->rest_size - place, &start)) > 0
           && maker->rest_size - place >= whole + 4) {
        unsigned char *mask = rest + place + start;
        size_t length = whole - start;
        frames[size] = rest[place];
        memcpy(frames + size + 1, rest + place + 1, start - 1);
        frames[size + 1] &= 0x7f;
        for (size_t index = 0; index < length; index++)
            frames[size + start + index] = mask[4 + index] ^ mask[index % 4];
        size += whole;
        place += whole + 4;
    }
    maker->rest_size -= place;
    memmove(maker->rest, maker->rest + place, maker->rest_size);
    for (int index = 0; index < peer_count && size > 0; index++)
        if (peers[index].is_open && !peers[index].is_maker)
            give(&peers[index], frames, size);
}

static void answer_upgrade(struct peer *peer, const char *request)
{
    static const char answer[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";
    peer->is_open = true;
    peer->is_maker = strncmp(request, "GET /make ", 10) == 0;
    give(peer, answer, sizeof answer - 1);
}

static void take(struct peer *peer)
{
    static char input[SIZE];
    ssize_t size = read(peer->socket, input, SIZE);
    if (size <= 0) {
        close(peer->socket);
        peer->is_open = false;
    } else if (!peer->is_open) {
        answer_upgrade(peer, input);
    } else if (peer->is_maker) {
        keep(peer, input, size);
        pass_on(peer);
    }
}

static void take_in(int listener)
{
    int socket, on = 1;
    while (peer_count < MAXIMUM && (socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        peers[peer_count].socket = socket;
        watch(&peers[peer_count++], EPOLL_CTL_ADD, EPOLLIN);
    }
}

int main(int count, char **arguments)
{
    if (count != 2)
        return fprintf(stderr, "usage: loop PORT\n"), 2;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0)
        fail("cannot listen");
    events = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, ready[512];
    epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int number = epoll_wait(events, ready, 512, -1);
        for (int index = 0; index < number; index++) {
            struct peer *peer = ready[index].data.ptr;
            if (peer == NULL)
                take_in(listener);
            else if (ready[index].events & EPOLLOUT && peer->rest_size > 0 && !peer->is_maker)
                give_rest(peer);
            else
                take(peer);
        }
    }
}
