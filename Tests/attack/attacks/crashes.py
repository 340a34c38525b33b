"""The server is killed at bad moments."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from arena import Arena
from catalogue import attack


@attack(
    "settings-in-flight", "B5", "limits in one batch, and then kill -9",
    proc=None, mem=None, tasks=["held.yaml", "again.yaml"],
)  # fmt: skip
def settings_in_flight(arena: Arena) -> None:
    """What was answered holds after the restart."""
    for _ in range(arena.count(15, 3)):
        socket = arena.connect()
        limits = {name: arena.random.randrange(1, 100) for name in ("held", "again", "quick")}
        # As many as any machine has, for the bystanders' jobs go on.
        proc, mem = arena.random.randrange(1, 3), arena.random.randrange(1, 3)
        calls = [{"task": name, "limit": limit} for name, limit in limits.items()]
        answers = list(arena.batches(socket, "tasks.limit", calls))
        answers += arena.batches(socket, "resources.limit", [{"proc": proc}, {"mem": mem}])
        for answer in answers:
            if "error" in answer:
                arena.lose(f"a limit was refused: {answer['error']['message']}")
        with arena.stopped():
            pass
        socket = arena.connect()
        tasks = {task["name"]: task for task in arena.call(socket, "tasks.list")["tasks"]}
        for name, limit in limits.items():
            if tasks[name]["limit"] != limit:
                arena.lose(f"the limit {limit} of {name} became {tasks[name]['limit']}")
        held = arena.call(socket, "resources.get")["limit"]
        if held != {"proc": proc, "mem": mem}:
            arena.lose(f"the machine of {proc} cores and {mem} GB became {held}")


@attack("stray-files", "B7", "a lost job left 300,000 files", tasks=["littering.yaml"])
def stray_files(arena: Arena) -> None:
    """Their removal holds up nobody."""
    socket = arena.connect()
    count = arena.count(300_000, 20_000)
    (id,) = arena.make_jobs(
        socket, [{"task": "littering", "job_id": "littering", "args": {"count": count}}]
    )
    arena.may_fail.add(id)
    if not arena.wait_until((arena.server.data / "littered").exists, 180):
        arena.lose("the files could not be made")
    with arena.stopped():
        for pid in arena.workers_of(id):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    socket = arena.connect()
    ids = arena.make_jobs(socket, [{"task": "quick", "job_id": "quick"}])
    arena.wait_for_ends(ids)
    arena.note(f"a new job ended after {time.monotonic() - began:.1f} s")


@attack("kill-nine", "B0", "kill -9 at any moment", tasks=["brief.yaml"])
def kill_nine(arena: Arena) -> None:
    """It stood this before, and must go on to."""
    for round in range(arena.count(20, 3)):
        socket = arena.connect()
        jobs = [{"task": "brief", "job_id": f"r{round}-{n}"} for n in range(6)]
        arena.make_jobs(socket, jobs)
        time.sleep(arena.random.random())
        with arena.stopped():
            pass
    if not arena.wait_for_ends(arena.accepted):
        arena.lose("jobs never ended")


@attack(
    "daemon", "B9", "a daemon that left its job, when server and worker die",
    tasks=["leaving.yaml"],
)  # fmt: skip
def daemon(arena: Arena) -> None:
    """With a cgroup it is found; without one, `status` must say that it would not be."""
    socket = arena.connect()
    (id,) = arena.make_jobs(socket, [{"task": "leaving", "job_id": "leaving"}])
    arena.may_fail.add(id)
    note = arena.server.data / "daemon"
    if not arena.wait_until(lambda: note.is_file() and note.read_text().endswith("\n")):
        arena.lose("the daemon did not start")
        return
    pid = int(note.read_text())
    with arena.stopped():
        for worker in arena.workers_of(id):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
    arena.wait_for_ends([id])
    lives = os.path.isdir(f"/proc/{pid}")
    arena.note(f"the daemon {'lives on' if lives else 'is gone'}")
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
