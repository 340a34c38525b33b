"""Thousands who are connected and follow nothing, while jobs end."""

from __future__ import annotations

import contextlib

from arena import Arena, need_descriptors
from catalogue import attack
from frames import RawSocket


@attack(
    "idle-connections", "A7", "10,000 jobs end beside 4,000 idle connections",
    tasks=["held.yaml"],
)  # fmt: skip
def idle_connections(arena: Arena) -> None:
    """Who follows nothing must cost nothing."""
    wanted = arena.count(4000, 400)
    need_descriptors(wanted)
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=0)
    count = arena.count(10_000, 1_500)
    ids = arena.make_jobs(socket, ({"task": "held", "job_id": f"held-{n}"} for n in range(count)))
    made = 0
    for number in range(wanted):
        with contextlib.suppress(OSError, EOFError):
            idle = RawSocket(arena.server, origin=f"127.0.2.{number % 200 + 2}")
            arena.closing.callback(idle.close)
            idle.upgrade()
            made += 1
    before = arena.gauges.seconds
    for start in range(0, count, 1000):
        arena.call(socket, "jobs.cancel", _id=ids[start : start + 1000])
    arena.wait_for_ends(ids, 60)
    arena.note(
        f"{made} idle connections; {count} jobs cancelled for "
        f"{arena.gauges.seconds - before:.1f} s of CPU"
    )
