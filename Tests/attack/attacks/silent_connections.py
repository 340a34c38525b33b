"""More connections than the server has descriptors."""

from __future__ import annotations

import contextlib
import socket as sockets
from urllib.parse import urlsplit

from arena import Arena, need_descriptors
from catalogue import attack

SOFT = "--nofile=1024:"
TIGHT = "--nofile=512:512"


@attack(
    "silent-connections", "A3", "1,100 connections that say nothing, beside 40 jobs",
    tasks=["brief.yaml"], auth="token", under=["prlimit", SOFT],
)  # fmt: skip
def silent_connections(arena: Arena) -> None:
    """The usual soft limit, and a hard one that is higher."""
    _be_silent(arena, arena.count(1100, 1100))


@attack(
    "tight-descriptors", "A3", "silent connections where even the hard limit is small",
    tasks=["brief.yaml"], auth="token", under=["prlimit", TIGHT],
)  # fmt: skip
def tight_descriptors(arena: Arena) -> None:
    """There is nothing to raise: a reserve must be kept."""
    _be_silent(arena, arena.count(800, 600))


def _be_silent(arena: Arena, count: int) -> None:
    need_descriptors(count)
    address = urlsplit(arena.server.url)
    made = 0
    for number in range(count):
        # From many addresses, as strangers are; all of 127/8 is this machine.
        origin = f"127.0.{number // 40 % 250}.{2 + arena.random.randrange(200)}"
        with contextlib.suppress(OSError):
            stranger = sockets.create_connection(
                (address.hostname, address.port), timeout=2, source_address=(origin, 0)
            )
            arena.closing.callback(stranger.close)
            made += 1
            if arena.random.random() < 0.2:
                stranger.sendall(b"GET /ws HTTP/1.1\r\n")
    arena.note(f"{made} connections were made")
    jobs = [{"task": "brief", "job_id": f"brief-{n}"} for n in range(arena.count(40, 12))]
    socket = arena.connect()
    ids = arena.make_jobs(socket, jobs)
    if not arena.wait_for_ends(ids, 90):
        arena.lose("jobs did not end while the connections were there")
