"""Workers that are ended from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time

from arena import Arena
from catalogue import attack


@attack(
    "worker-sigkill", "B2", "the worker of a restartable job is killed again and again",
    tasks=["again.yaml"],
)  # fmt: skip
def worker_sigkill(arena: Arena) -> None:
    """It must neither go on for ever nor grow."""
    socket = arena.connect()
    (id,) = arena.make_jobs(socket, [{"task": "again", "job_id": "again"}])
    arena.may_fail.add(id)
    end = time.monotonic() + arena.count(12, 4)
    kills = 0
    while time.monotonic() < end and arena.states([id])[id]["state"] != "error":
        for pid in arena.workers_of(id):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
        time.sleep(0.02)
    job = arena.call(socket, "jobs.detail", _id=id)["job"]
    size = len(json.dumps(job))
    state = job["status"][-1]["state"]
    arena.note(f"{kills} workers were killed; the job is {state}, {size} bytes")
    if size > 64 << 10 or kills > 50:
        arena.lose(f"{kills} attempts, and a document of {size} bytes")
    if state not in ("error", "complete"):
        arena.call(socket, "jobs.cancel", _id=id)


@attack(
    "worker-sigterm", "B3", "workers get SIGTERM from outside",
    tasks=["held.yaml", "again.yaml"],
)  # fmt: skip
def worker_sigterm(arena: Arena) -> None:
    """Nobody has cancelled anything."""
    socket = arena.connect()
    names = ["held", "again"] if arena.small else ["held", "held", "again", "again"]
    jobs = [{"task": name, "job_id": f"{name}-{n}"} for n, name in enumerate(names)]
    ids = arena.make_jobs(socket, jobs)
    arena.wait_until(lambda: all(arena.workers_of(id) for id in ids))
    arena.wait_until(lambda: all(job["stage"] for job in arena.states(ids).values()))
    arena.may_fail.update(id for id in ids if id.startswith("held"))
    workers = {pid for id in ids for pid in arena.workers_of(id)}
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    arena.wait_until(lambda: not workers & {pid for id in ids for pid in arena.workers_of(id)})
    gate = arena.server.data / "gate"
    gate.mkdir(exist_ok=True)
    for id in ids:
        (gate / id).touch()
    arena.wait_for_ends(ids, 60)
    for id, job in arena.states(ids).items():
        if job["state"] == "cancelled":
            arena.lose(f"{id} was cancelled by nobody")
        if id.startswith("again") and job["state"] != "complete":
            arena.lose(f"{id}, which may be restarted, is {job['state']}")


@attack("person-in-folder", "B9", "a person's shell stands in a job's folder", tasks=["held.yaml"])
def person_in_folder(arena: Arena) -> None:
    """It is not the job's, and must outlive it."""
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=1)
    (id,) = arena.make_jobs(socket, [{"task": "held", "job_id": "held"}])
    work = arena.server.data / "work" / id
    arena.wait_until(lambda: work.is_dir() and arena.states([id])[id]["stage"])
    person = os.spawnve(
        os.P_NOWAIT, "/bin/sh", ["sh", "-c", f"cd {work} && exec sleep 60"], {"PATH": "/bin"}
    )
    arena.wait_until(lambda: os.readlink(f"/proc/{person}/cwd") == str(work))
    arena.call(socket, "jobs.cancel", _id=id)
    arena.wait_for_ends([id])
    ended, status = os.waitpid(person, os.WNOHANG)
    if ended:
        arena.lose(f"a person's process was ended by signal {os.WTERMSIG(status)}")
    else:
        os.kill(person, signal.SIGKILL)
        os.waitpid(person, 0)
