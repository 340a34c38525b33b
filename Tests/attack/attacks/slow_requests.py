"""Requests that never come to their end, and strangers who talk too much."""

from __future__ import annotations

import contextlib
import json
import select
import time

from arena import Arena
from catalogue import attack
from frames import CLOSE, TEXT, RawSocket, frame

LONGEST = 60.0
"""Seconds after which a request that still trickles in should have been given up."""


@attack("trickling-requests", "A4", "bodies and headers that come a byte at a time", auth="token")
def trickling_requests(arena: Arena) -> None:
    """Each keeps a connection; for how long?"""
    clients = []
    for number in range(arena.count(60, 20)):
        client = RawSocket(arena.server, origin=f"127.0.1.{number % 200 + 2}")
        if number % 3 == 0:
            client.send(f"GET /login HTTP/1.1\r\nHost: {client.host}\r\nX-Slow: ".encode())
        else:
            path = "/login" if number % 3 == 1 else "/nowhere"
            client.send(
                f"POST {path} HTTP/1.1\r\nHost: {client.host}\r\nContent-Type: application/json\r\n"
                "Content-Length: 900\r\n\r\n".encode()
            )
        clients.append(client)
    began = time.monotonic()
    longest = 12.0 if arena.small else LONGEST
    while clients and time.monotonic() - began < longest:
        for client in list(clients):
            try:
                client.send(b"a")
                if _is_readable(client) and not client.socket.recv(4096):
                    raise OSError
            except OSError:
                clients.remove(client)
        time.sleep(0.25)
    taken = time.monotonic() - began
    if not clients:
        arena.note(f"all were given up after {taken:.0f} s")
    elif arena.small:
        arena.note(f"{len(clients)} still went on after {taken:.0f} s")
    else:
        arena.lose(f"{len(clients)} requests were still waited for after {taken:.0f} s")
    for client in clients:
        client.close()


def _is_readable(client: RawSocket) -> bool:
    """Other attacks of the same process may hold so many sockets that select takes none."""
    poller = select.poll()
    poller.register(client.socket, select.POLLIN)
    return bool(poller.poll(0))


@attack("talkative-strangers", "A4", "large and many messages before the login", auth="token")
def talkative_strangers(arena: Arena) -> None:
    """Nobody who is unknown may send much."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "jobs.find", "params": {"more": ""}}
    for size in [5_000, 70_000, arena.random.randrange(4_500, 900_000)]:
        stranger = RawSocket(arena.server)
        stranger.upgrade(known=False)
        call["params"] = {"more": "x" * size}
        with contextlib.suppress(OSError):
            stranger.send(frame(TEXT, json.dumps(call).encode()))
        if any(kind == TEXT for kind, _ in _until_close(stranger)):
            arena.lose(f"a stranger's message of {size} bytes was read")
        stranger.close()
    stranger = RawSocket(arena.server)
    stranger.upgrade(known=False)
    answered = 0
    with contextlib.suppress(OSError):
        for number in range(200):
            call["params"] = {}
            stranger.send(frame(TEXT, json.dumps(call | {"id": number}).encode()))
            for kind, _ in stranger.frames():
                answered += kind == TEXT
                break
    arena.note(f"a stranger had {answered} of 200 messages answered")
    if answered > 20:
        arena.lose(f"a stranger had {answered} messages answered")
    stranger.close()


def _until_close(client: RawSocket) -> list[tuple[int, bytes]]:
    seen = []
    with contextlib.suppress(TimeoutError):
        for kind, payload in client.frames():
            seen.append((kind, payload))
            if kind in (CLOSE, TEXT):
                break
    return seen
