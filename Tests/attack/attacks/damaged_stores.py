"""Stores that are not as the server left them."""

from __future__ import annotations

import json
import random
import sqlite3

from arena import Arena
from catalogue import attack
from corners import corner_numbers

KEYS = ["_version", "proc", "mem", "priority", "state", "status", "added", "args", "task", "_id"]


@attack("damaged-documents", "B6", "jobs whose documents make no sense", tasks=["held.yaml"])
def damaged_documents(arena: Arena) -> None:
    """They are set aside; the server starts with all others."""
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=0)
    count = arena.count(200, 40)
    ids = arena.make_jobs(socket, [{"task": "held", "job_id": f"held-{n}"} for n in range(count)])
    damaged = arena.random.sample(ids, count // 4)
    with arena.stopped() as data:
        with sqlite3.connect(data / "jobs.sqlite") as database:
            for id in damaged:
                (text,) = database.execute("SELECT doc FROM jobs WHERE id = ?", (id,)).fetchone()
                row = (_damage(arena.random, text), id)
                database.execute("UPDATE jobs SET doc = ? WHERE id = ?", row)
        database.close()
    arena.accepted -= set(damaged)
    found = arena.states(damaged)
    arena.note(f"{len(found)} of {len(damaged)} damaged jobs are still listed")


@attack("lost-wal", "B6", "the database's WAL is lost", tasks=["held.yaml"])
def lost_wal(arena: Arena) -> None:
    """What the server has answered is gone: that must not go unnoticed."""
    socket = arena.connect()
    arena.call(socket, "tasks.limit", task="held", limit=0)
    count = arena.count(500, 100)
    ids = arena.make_jobs(socket, [{"task": "held", "job_id": f"held-{n}"} for n in range(count)])
    before = arena.call(socket, "session.whoami")["epoch"]
    # The bystander's jobs may be lost too.
    arena.bystanders[1].stop()
    with arena.stopped() as data:
        for path in [*data.glob("*-wal"), *data.glob("*-shm")]:
            path.unlink()
    arena.bystanders[1].results.clear()
    arena.accepted.clear()
    missing = set(ids) - set(arena.states(ids))
    after = arena.call(arena.connect(), "session.whoami")["epoch"]
    epoch = "the same" if before == after else "another"
    arena.note(f"{len(missing)} of {len(ids)} jobs are gone, and the epoch is {epoch}")
    if missing and before == after:
        arena.lose(f"{len(missing)} jobs are gone under the same epoch")


@attack("damaged-access", "B6", "an access.json that makes no sense", auth="token")
def damaged_access(arena: Arena) -> None:
    """The server says so, or goes on without; it does not crash."""
    path = arena.server.data / "access.json"
    whole = path.read_text()
    for _ in range(arena.count(12, 2)):
        with arena.stopped():
            path.write_text(_damage(arena.random, whole))
            # A refusal to start with a clear word is right; a crash is not.
            try:
                arena.server.start()
            except RuntimeError:
                code = arena.server.process.wait()
                if code < 0:
                    arena.lose(f"the server died by signal {-code} of its access.json")
            else:
                arena.server.kill()
            path.write_text(whole)


def _damage(chance: random.Random, text: str) -> str:
    kind = chance.randrange(4)
    if kind == 0:
        # A flipped bit that leaves it UTF-8.
        place = chance.randrange(len(text))
        flipped = chr(ord(text[place]) ^ (1 << chance.randrange(5)))
        return text[:place] + flipped + text[place + 1 :]
    if kind == 1:
        return text[: chance.randrange(len(text))]
    number = chance.choice(corner_numbers(chance, 5))
    document = json.loads(text)
    key = chance.choice([key for key in KEYS if key in document] or list(document))
    document[key] = "*number*"
    value = number if kind == 2 else f'[{{"a": {number}}}]'
    return json.dumps(document).replace('"*number*"', value)
