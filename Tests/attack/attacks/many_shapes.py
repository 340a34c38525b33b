"""Waiting jobs of which no two ask for the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from arena import Arena
from catalogue import attack


@attack(
    "many-shapes", "A9", "16,000 waiting jobs of as many shapes",
    proc=256, mem=64, tasks=["held.yaml"],
)  # fmt: skip
def many_shapes(arena: Arena) -> None:
    """A decision must not walk all of them."""
    socket = arena.connect()
    # One job holds most of the machine, so that all others wait for it and none is held by a limit.
    (big,) = arena.make_jobs(socket, [{"task": "held", "proc": 250, "mem": 60, "job_id": "big"}])
    arena.wait_until(lambda: arena.states([big])[big]["state"] == "running")
    ids = arena.make_jobs(socket, _shapes(arena.count(16_000, 1_500)))
    quick = arena.make_jobs(
        socket,
        [{"task": "quick", "job_id": f"quick-{n}", "priority": 1} for n in range(20)],
    )
    arena.wait_for_ends(quick, 60)
    for start in range(0, len(ids), 1000):
        arena.call(socket, "jobs.cancel", _id=ids[start : start + 1000])
    arena.call(socket, "jobs.cancel", _id=big)


def _shapes(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        # Proc from 7 and mem from 5 on: none fits beside the big one.
        proc, mem = 7 + number % 250, 5 + number // 250 % 60
        yield {"task": "held", "proc": proc, "mem": min(mem, 64), "job_id": f"shape-{number}"}
