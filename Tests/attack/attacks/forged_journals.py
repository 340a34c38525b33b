"""Journals that say what no worker would."""

from __future__ import annotations

import json
import pathlib
import random

from arena import Arena
from catalogue import attack
from corners import corner_numbers

PATTERNS = [
    '{{"event": "stage", "name": "x", "number": {0}, "of": {1}}}',
    '{{"event": "stage", "name": "hold", "number": 0, "of": {0}}}',
    '{{"event": "progress", "stage": {0}, "fraction": {1}}}',
    '{{"event": "result", "value": {{"a": {0}}}}}',
    '{{"event": "started", "pid": {0}, "start_time": {1}, "boot_id": "x"}}',
    '{{"event": "end", "state": "complete", "cpu_seconds": {0}, "peak_memory": {1}}}',
    '{{"event": "end", "state": "error", "cause": "exit", "message": "x", "log": [{0}]}}',
    '{{"event": "end", "state": {0}}}',
    '{{"t": {0}, "event": "end", "state": "complete"}}',
    '{{"event": "kept", "record": {{"_id": "x", "kind": "host", "document": {{"a": {0}}}}}}}',
    '{{"t": "99999-99-99T99:99:99Z", "event": "progress", "stage": 0, "fraction": {0}}}',
]
DATED = '{"t": "2026-01-01T00:00:00.000000Z", "event"'
KNOWN = [
    '{"event": "stage", "name": "hold", "number": 0, "of": 9223372036854775807}',
    '{"event": "result", "value": -9223372036854775808}',
    '{"event": "end", "state": "complete", "cpu_seconds": 1e400, "peak_memory": -1e19}',
    '{"event": "progress", "stage": 9223372036854775807, "fraction": 1e308}',
]


@attack(
    "forged-journals", "B6", "lines in journals that make no sense",
    tasks=["held.yaml"], proc=64, mem=64,
)  # fmt: skip
def forged_journals(arena: Arena) -> None:
    """Both while the server follows them, and when it starts and reads them."""
    socket = arena.connect()
    lines = KNOWN + _lines(arena.random, arena.count(28, 4))
    ids = arena.make_jobs(
        socket, [{"task": "held", "job_id": f"held-{n}"} for n in range(len(lines))]
    )
    arena.may_fail.update(ids)
    arena.wait_until(lambda: all(job["stage"] for job in arena.states(ids).values()), 60)
    journals = [arena.server.data / "runs" / id / "journal.jsonl" for id in ids]
    half = len(lines) // 2
    if not arena.small or arena.random.random() < 0.5:
        for journal, line in zip(journals[half:], lines[half:], strict=True):
            _append(journal, line)
        arena.wait_until(lambda: False, 1)
    with arena.stopped():
        for journal, line in zip(journals[:half], lines[:half], strict=True):
            _append(journal, line)
    gate = arena.server.data / "gate"
    gate.mkdir()
    for id in ids:
        (gate / id).touch()
    if not arena.wait_for_ends(ids, 90):
        arena.lose("jobs with a forged line never ended")


@attack("endless-lines", "B6", "32 MB of a journal's line without an end", tasks=["held.yaml"])
def endless_lines(arena: Arena) -> None:
    """Read in linear time, and with a limit."""
    socket = arena.connect()
    (id,) = arena.make_jobs(socket, [{"task": "held", "job_id": "held"}])
    arena.may_fail.add(id)
    arena.wait_until(lambda: arena.states([id])[id]["stage"])
    journal = arena.server.data / "runs" / id / "journal.jsonl"
    with journal.open("ab") as file:
        for _ in range(arena.count(200, 32)):
            file.write(b"x" * (1 << 20))
            file.flush()
    arena.wait_until(lambda: False, arena.count(10, 3))
    gate = arena.server.data / "gate"
    gate.mkdir()
    (gate / id).touch()
    if not arena.wait_for_ends([id], 60):
        arena.lose("the job with the endless line never ended")


def _lines(chance: random.Random, count: int) -> list[str]:
    numbers = corner_numbers(chance, 20)
    made = []
    for _ in range(count):
        line = chance.choice(PATTERNS).format(*chance.sample(numbers, 2))
        if chance.random() < 0.2:
            line = json.dumps(line)[: chance.randrange(len(line))]
        made.append(line)
    return made


def _append(journal: pathlib.Path, line: str) -> None:
    if journal.exists():
        with journal.open("a") as file:
            # Nothing is taken for a line that has no date.
            file.write(line.replace('{"event"', DATED, 1) + "\n")
