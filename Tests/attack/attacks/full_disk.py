"""A disk without space."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import time
from typing import Any

from arena import Arena, run_quietly
from catalogue import attack


def small_disk(folder: pathlib.Path, undo: contextlib.ExitStack) -> dict[str, Any]:
    """The data folder on a tmpfs of 48 MB."""
    data = folder / "data"
    data.mkdir()
    run_quietly(["mount", "-t", "tmpfs", "-o", "size=48m", "jobsync-attack", data])

    def unmount() -> None:
        subprocess.run(["umount", "-l", data], check=False)

    undo.callback(unmount)
    return {}


@attack("full-disk", "B4", "the disk is full for a while", prepare=small_disk, tasks=["brief.yaml"])
def full_disk(arena: Arena) -> None:
    """Nothing accepted is lost, nothing spins, and all goes on when there is space."""
    socket = arena.connect()
    ids = arena.make_jobs(
        socket, ({"task": "brief", "job_id": f"brief-{n}"} for n in range(arena.count(30, 10)))
    )
    filler = arena.server.data / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    before = arena.gauges.seconds, len("".join(arena.server.said))
    seconds = arena.count(15, 4)
    end = time.monotonic() + seconds
    refused = 0
    while time.monotonic() < end:
        answer = arena.answer(socket, "jobs.new", {"task": "brief", "args": {}})
        if "result" in answer:
            arena.accepted.add(answer["result"]["_id"])
        else:
            refused += 1
            if answer["error"]["code"] == -32603:
                arena.lose(f"jobs.new: {answer['error']['message']}")
                break
        time.sleep(0.2)
    processor = arena.gauges.seconds - before[0]
    said = len("".join(arena.server.said)) - before[1]
    arena.note(
        f"in {seconds} s: {processor:.1f} s of CPU, {said} bytes of log, {refused} calls refused, "
        f"/healthz {arena.health()}"
    )
    if said > 100_000:
        arena.lose(f"{said} bytes of log in {seconds} s")
    filler.unlink()
    if not arena.wait_for_ends(ids):
        arena.lose("jobs did not go on when there was space")
