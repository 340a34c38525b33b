"""The machine lacks what a job's process needs: no job may pay for it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import resource
import shutil
from collections.abc import Iterator
from typing import Any

from arena import Arena
from catalogue import attack
from gauges import Reading
from jobsync_server import BINARY


def own_program(folder: pathlib.Path, undo: contextlib.ExitStack) -> dict[str, Any]:
    """A copy of the server and its worker, to take the worker away from."""
    own = pathlib.Path(folder / "bin")
    own.mkdir()
    for name in ("jobsync", "jobsync-worker"):
        _copy(BINARY.with_name(name), own / name)
    # Its page lies in the checkout, where it would not be looked for from here.
    web = BINARY.parents[2] / "clients/web"
    return {"binary": own / "jobsync", "more": ["--web", str(web)] if web.is_dir() else []}


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    source = source.resolve()
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextlib.contextmanager
def _replaced(arena: Arena, script: str | None) -> Iterator[None]:
    worker = arena.server.binary.with_name("jobsync-worker")
    kept = worker.with_name("kept")
    worker.rename(kept)
    if script is not None:
        worker.write_text(script)
        worker.chmod(0o755)
    yield
    worker.unlink(missing_ok=True)
    kept.rename(worker)


def _starve(arena: Arena, seconds: float) -> list[str]:
    """Make jobs while none can start, and look at what the server says."""
    socket = arena.connect()
    jobs = [{"task": "brief", "job_id": f"brief-{n}"} for n in range(arena.count(500, 30))]
    ids = arena.make_jobs(socket, jobs)
    arena.wait_until(
        lambda: any(job["state"] == "error" for job in arena.states(ids[:20]).values()), seconds
    )
    arena.note(f"meanwhile /healthz: {arena.health()}")
    queue = arena.call(socket, "jobs.detail", _id=ids[-1])["queue"]
    arena.note(f"meanwhile why: {queue and queue.get('detail')}")
    return ids


@attack(
    "no-worker", "B1", "the worker's program is gone for a while",
    prepare=own_program, tasks=["brief.yaml"],
)  # fmt: skip
def no_worker(arena: Arena) -> None:
    """As while a package is upgraded."""
    with _replaced(arena, None):
        ids = _starve(arena, arena.count(15, 3))
    arena.call(arena.connect(), "jobs.cancel", _id=ids[arena.count(40, 12) :])
    if not arena.wait_for_ends(ids, 120):
        arena.lose("jobs did not start by themselves when the worker was back")


@attack(
    "failing-worker", "B1", "the worker ends with 127, or with other codes, before its first word",
    prepare=own_program, tasks=["brief.yaml"],
)  # fmt: skip
def failing_worker(arena: Arena) -> None:
    """As where a library of it is missing."""
    code = 127 if arena.small else arena.random.choice([127, 126, 1, 255])
    with _replaced(arena, f"#!/bin/sh\nexit {code}\n"):
        ids = _starve(arena, arena.count(15, 3))
    arena.call(arena.connect(), "jobs.cancel", _id=ids[arena.count(40, 12) :])
    if not arena.wait_for_ends(ids, 120):
        arena.lose(f"jobs did not start by themselves after a worker that ended with {code}")


@attack(
    "no-descriptors", "B1", "the server's limit of descriptors is reached",
    tasks=["brief.yaml"],
)  # fmt: skip
def no_descriptors(arena: Arena) -> None:
    """The limit of the running server is lowered to little more than it holds.

    With none left libdispatch itself ends the process: its monitor of threads opens /proc/TID/stat.
    So a server must keep some in reserve, and give up what it can before they are gone.
    """
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="brief", limit=0)
    jobs = [{"task": "brief", "job_id": f"brief-{n}"} for n in range(arena.count(40, 12))]
    ids = arena.make_jobs(socket, jobs)
    pid = arena.server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    reading = Reading.of(pid)
    assert reading
    arena.call(socket, "tasks.limit", task="brief", limit=None)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (reading.descriptors + 2, before[1]))
    arena.wait_until(
        lambda: any(job["state"] == "error" for job in arena.states(ids).values()),
        arena.count(15, 3),
    )
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    if not arena.wait_for_ends(ids, 120):
        arena.lose("jobs did not start by themselves when there were descriptors again")
