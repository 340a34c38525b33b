"""Arguments of enormous length, and files that cannot be read in time."""

from __future__ import annotations

import json
import os

from arena import Arena
from catalogue import attack


@attack("long-lists", "A6", "one job with 100,000 paths", tasks=["anything.yaml"])
def long_lists(arena: Arena) -> None:
    """Each path is looked up in the file system."""
    socket = arena.connect()
    (arena.server.data / "reads").mkdir()
    for number in range(100):
        (arena.server.data / "reads" / f"{number}.fq").touch()
    # A message has at most 1 MiB.
    most = arena.count(100_000, 20_000)
    lists = {
        "paths": [f"reads/{n % 100}.fq" for n in range(most)][: 900_000 // 13],
        "names": ["n"] * (most if most < 200_000 else 200_000),
    }
    for name, values in lists.items():
        params = {"task": "anything", "args": {name: values}}
        answer = arena.answer(socket, "jobs.new", params)
        if "result" in answer:
            arena.lose(f"a job with {len(values)} {name} was accepted")
        elif answer["error"]["code"] not in (-32022, -32602):
            arena.lose(f"{len(values)} {name}: {answer['error']}")
    deep = "/".join(["d"] * 2000)
    up = "../" * 1000 + "etc/passwd"
    for path in [deep, "a" * 5000, up, "\u0000", "reads/" + "\u00e9" * 300]:
        answer = arena.answer(socket, "jobs.new", {"task": "anything", "args": {"paths": [path]}})
        if answer.get("error", {}).get("code") == -32603:
            arena.lose(f"a path of {len(path)} characters: {answer['error']['message']}")


@attack("hanging-log", "A6", "jobs.tail of a log that cannot be read", tasks=["held.yaml"])
def hanging_log(arena: Arena) -> None:
    """A pipe that nobody writes to stands for a file system that hangs."""
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=1)
    (id,) = arena.make_jobs(socket, [{"task": "held", "job_id": "held"}])
    arena.wait_until(lambda: arena.states([id])[id]["state"] == "running")
    log = arena.server.data / "logs/jobs" / f"{id}.log"
    arena.wait_until(log.exists)
    log.unlink()
    os.mkfifo(log)
    for method in ("jobs.tail", "jobs.detail", "jobs.tail"):
        other = arena.connect()
        params = {"_id": id}
        other.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    arena.wait_until(lambda: False, arena.count(8, 3))
    gate = arena.server.data / "gate"
    gate.mkdir()
    (gate / id).touch()
    # Whoever waits for the pipe is let go.
    descriptor = os.open(log, os.O_RDWR | os.O_NONBLOCK)
    os.close(descriptor)
    arena.may_fail.add(id)
